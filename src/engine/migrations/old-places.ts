import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { removeQuietly, renameOver, syncDirectory, temporaryName, temporaryPath } from '../durable.ts';
import { asHoldfastError } from '../errors.ts';
import { legacySources } from '../legacy/sources.ts';
import { systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { systemTime } from '../placement/system-time.ts';
import { profileView } from '../profile-view.ts';
import { readNames } from '../read-directory.ts';
import { shownPath } from '../root/shown-path.ts';
import { isPlaced } from './is-placed.ts';
import { asideOf, linkDirectory, returnDirectories, settleLinked } from './linked-directories.ts';
import { copyBack, isLinkTo, linkText, lstat } from './old-files.ts';
import { type StoredMigration, writeMigration } from './records.ts';
import { type WholeDirectory, wholeDirectories } from './whole-directories.ts';

/** What was migrated from, after it was migrated: replaced by links, removed, or given back. */

type Placed = StoredMigration['placed'][number];
type OldDirectory = StoredMigration['oldDirectories'][number];

/**
 * Replaces what was migrated by links to its new place, so that a program with a hard-wired path keeps working, inside the
 * root: whole directories where everything in them was migrated, else each file. All is compared with its copy again just
 * before.
 *
 * @param from the directories that the user named as sources, besides those of the profile
 * @returns what was left as it is, and why
 */
export async function linkSources(
  context: Context,
  migration: StoredMigration,
  from: readonly string[],
  pace: Pace,
): Promise<Omission[]> {
  const left = await settleLinked(context, migration, pace);
  clearLeftovers(context, migration.placed);
  const { fs } = context.ports;
  const named = from.map(one => path.resolve(context.workspace, one)).filter(one => fs.existsSync(one));
  const owed = (migration.linkedDirectories ?? []).map(one => one.path);
  const places = [...legacySources(context).map(one => one.path), ...named.map(one => fs.realpathSync(one)), ...owed];
  const whole = await wholeDirectories(context, migration.placed, places, pace);
  const linked = whole.map(({ path: directory, target }) => ({
    path: directory,
    target,
    aside: asideOf(context, directory),
  }));
  const known = (migration.linkedDirectories ?? []).filter(one => !linked.some(({ path: at }) => at === one.path));
  migration.linkedDirectories = [...known, ...linked];
  rememberOldPlaces(context, migration, whole);
  for (const [index, one] of whole.entries()) {
    pace.check();
    left.push(...linkDirectory(context, migration, one, linked[index]!.aside));
  }
  return [...left, ...(await linkFiles(context, migration.placed, pace)).left];
}

/**
 * Writes down what giving the sources back needs, before anything is done to them. Of directories, what is known already is
 * older; files have the modes and times of the old places, which those in the root need not have: a secret lies there as
 * private.
 */
export function rememberOldPlaces(
  context: Context,
  migration: StoredMigration,
  whole: readonly WholeDirectory[] = [],
): void {
  const found = new Map<string, OldDirectory>(migration.oldDirectories.map(one => [one.path, one]));
  const view = profileView(context);
  const remember = (directory: string) => {
    const stat = found.has(directory) || leadsIntoRoot(view, directory) ? undefined : lstat(context, directory);
    if (!stat?.isDirectory()) return;
    found.set(directory, { path: directory, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
  };
  for (const { path: directory, content } of whole) {
    remember(path.dirname(directory));
    for (const { inside } of content.directories) remember(path.join(directory, inside));
  }
  for (const directory of new Set(migration.placed.map(({ source }) => path.dirname(source)))) remember(directory);
  migration.oldDirectories = [...found.values()];
  migration.placed = migration.placed.map(one => {
    const stat = lstat(context, one.source);
    if (!stat?.isFile() || leadsIntoRoot(view, path.dirname(one.source))) return one;
    return { ...one, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() };
  });
  writeMigration(context, migration);
}

function linkFiles(context: Context, placed: readonly Placed[], pace: Pace): Promise<Done> {
  return eachVerified(context, placed, pace, one => {
    const { fs } = context.ports;
    const temporary = systemPath(temporaryPath(context.ports, path.dirname(one.source)));
    fs.symlinkSync(systemPath(linkText(context, one.source, path.join(context.root, one.path))), temporary);
    try {
      renameOver(context.ports, temporary, systemPath(one.source));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Removes every migrated file whose copy in the root is still what was migrated. */
export function removeSources(context: Context, placed: readonly Placed[], pace: Pace): Promise<Done> {
  return eachVerified(context, placed, pace, one => context.ports.fs.unlinkSync(systemPath(one.source)));
}

/** How many files something was done to, and which were left as they are, and why. */
interface Done {
  files: number;
  left: Omission[];
}

async function eachVerified(
  context: Context,
  placed: readonly Placed[],
  pace: Pace,
  act: (one: Placed) => void,
): Promise<Done> {
  const left: Omission[] = [];
  let files = 0;
  clearLeftovers(context, placed);
  for (const [done, one] of placed.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Verifying', done, total: placed.length, unit: 'files' });
    try {
      const reason = await whyNot(context, one, pace);
      if (reason === undefined) {
        act(one);
        files++;
      } else if (reason !== 'done') left.push({ path: shownPath(context.workspace, one.source), reason });
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'CANCELLED') throw known;
      left.push({ path: shownPath(context.workspace, one.source), reason: known.message });
    }
  }
  for (const directory of new Set(placed.map(one => path.dirname(one.source)))) {
    if (lstat(context, directory)) syncDirectory(context.ports, systemPath(directory));
  }
  return { files, left };
}

/** Why a source has to stay; `done` when there is nothing left of it to see to. */
async function whyNot(context: Context, one: Placed, pace: Pace): Promise<string | undefined> {
  if (one.upgraded) return 'it was upgraded on the way, so only it has the bytes as they were';
  const stat = lstat(context, one.source);
  if (!stat || isOurLink(context, one, stat)) return 'done';
  // By a link above it, it is the copy itself.
  if (leadsIntoRoot(profileView(context), path.dirname(one.source))) return 'done';
  if (one.type === 'link' || !stat.isFile()) return 'it is not a regular file';
  if ((await hashFile(context.ports.fs, systemPath(one.source), pace)) !== one.sha256) {
    return 'it was changed since it was migrated';
  }
  return (await isPlaced(context, one, pace)) ? undefined : 'its copy in the root was changed since it was migrated';
}

/**
 * Puts files and directories back where links are, or nothing is any more, from their copies in the root. What else lies
 * there stays.
 */
export async function returnSources(context: Context, migration: StoredMigration, pace: Pace): Promise<void> {
  const { fs } = context.ports;
  await settleLinked(context, migration, pace);
  clearLeftovers(context, migration.placed);
  await returnDirectories(context, migration, pace);
  for (const one of migration.placed) {
    if (pace.due()) await pace.breathe();
    const stat = lstat(context, one.source);
    if (one.upgraded || (stat && !isOurLink(context, one, stat)) || !(await isPlaced(context, one, pace))) continue;
    const directory = path.dirname(one.source);
    fs.mkdirSync(systemPath(directory), { recursive: true });
    await copyBack(context, one, pace);
    syncDirectory(context.ports, systemPath(directory));
  }
  for (const { path: directory, mode, mtime } of migration.oldDirectories) {
    if (!lstat(context, directory)?.isDirectory() || leadsIntoRoot(profileView(context), directory)) continue;
    fs.chmodSync(systemPath(directory), mode);
    fs.utimesSync(systemPath(directory), systemTime(mtime), systemTime(mtime));
  }
}

/** What was being written beside the sources when an earlier run was killed. A directory that lies aside stays. */
function clearLeftovers(context: Context, placed: readonly Placed[]): void {
  const { fs } = context.ports;
  for (const directory of new Set(placed.map(one => path.dirname(one.source)))) {
    if (!lstat(context, directory)?.isDirectory() || leadsIntoRoot(profileView(context), directory)) continue;
    for (const name of readNames(fs, directory)) {
      if (temporaryName.test(name)) removeQuietly(fs, systemPath(path.join(directory, name)));
    }
  }
}

function isOurLink(context: Context, { source, path: place }: Placed, stat: BigIntStats): boolean {
  return isLinkTo(context, source, path.join(context.root, place), stat);
}
