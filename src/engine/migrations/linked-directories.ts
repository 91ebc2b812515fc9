import path from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { removeQuietly, renameOver, syncDirectory, temporaryPath, temporarySuffix } from '../durable.ts';
import { asHoldfastError } from '../errors.ts';
import { contains, nameFromBytes, systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { at } from '../placement/plan.ts';
import { systemTime } from '../placement/system-time.ts';
import { readNames } from '../read-directory.ts';
import { shownPath } from '../root/shown-path.ts';
import { isPlaced, linkDigest } from './is-placed.ts';
import { copyBack, isLinkTo, linkText, lstat } from './old-files.ts';
import { type StoredMigration, writeMigration } from './records.ts';
import { contentOf, type WholeDirectory } from './whole-directories.ts';

/**
 * Source directories that are links to their new places, for programs that replace their files or make new ones. No system
 * call swaps a directory with a link, so for an instant the name is missing: the directory lies aside then, whole, and
 * whatever is run next puts it back.
 */

export type LinkedDirectory = NonNullable<StoredMigration['linkedDirectories']>[number];

/** Where a directory lies while a link takes its place, or it takes that of the link. */
export function asideOf(context: Context, directory: string): string {
  return temporaryPath(context.ports, path.dirname(directory));
}

/** The link before it takes the place of the directory, as file calls take it: found by the name of the other. */
function linkBeside(aside: string): string {
  return systemPath(aside.replace(temporarySuffix, `-link${temporarySuffix}`));
}

/** @returns what was left as it is, and why */
export function linkDirectory(
  context: Context,
  migration: StoredMigration,
  { path: directory, target, content }: WholeDirectory,
  aside: string,
): Omission[] {
  const { fs } = context.ports;
  const parent = path.dirname(directory);
  const link = linkBeside(aside);
  const bySource = new Map(content.files.map(({ placed }) => [placed.source, placed]));
  const omission = (reason: string) => [{ path: shownPath(context.workspace, directory), reason }];
  try {
    fs.symlinkSync(systemPath(linkText(context, directory, path.join(context.root, target))), link, 'dir');
    renameOver(context.ports, systemPath(directory), systemPath(aside));
    try {
      const now = contentOf(context, directory, target, bySource, aside);
      const states = (files = content.files) => JSON.stringify(files.map(({ inside, state }) => [inside, state]));
      if (!now || states(now.files) !== states()) {
        renameOver(context.ports, systemPath(aside), systemPath(directory));
        return omission('it was changed while it was being replaced by a link');
      }
      renameOver(context.ports, link, systemPath(directory));
    } catch (error) {
      if (!lstat(context, directory)) renameOver(context.ports, systemPath(aside), systemPath(directory));
      throw error;
    }
  } catch (error) {
    return omission(asHoldfastError(error).message);
  } finally {
    removeQuietly(fs, link);
    syncDirectory(context.ports, systemPath(parent));
  }
  const states = new Map(content.files.map(({ inside, state }) => [inside, state]));
  const now = contentOf(context, directory, target, bySource, aside);
  const unchanged = new Set(now?.files.filter(one => states.get(one.inside) === one.state).map(one => one.inside));
  return removeAside(context, migration, { path: directory, target, aside }, inside => unchanged.has(inside));
}

/**
 * After a crash: puts a directory that lies aside back where nothing is in its place, and otherwise removes what of it
 * is in the root.
 *
 * @returns what was left aside, and why
 */
export async function settleLinked(context: Context, migration: StoredMigration, pace: Pace): Promise<Omission[]> {
  const left: Omission[] = [];
  for (const one of migration.linkedDirectories ?? []) {
    removeQuietly(context.ports.fs, linkBeside(one.aside));
    if (!lstat(context, one.aside)) continue;
    if (!lstat(context, one.path)) {
      renameOver(context.ports, systemPath(one.aside), systemPath(one.path));
      syncDirectory(context.ports, systemPath(path.dirname(one.path)));
      continue;
    }
    const same = new Set<string>();
    for (const placed of placedIn(migration, one)) {
      if (pace.due()) await pace.breathe();
      const inside = path.relative(one.path, placed.source);
      if (await isSame(context, path.join(one.aside, inside), placed, pace)) same.add(inside);
    }
    left.push(...removeAside(context, migration, one, inside => same.has(inside)));
  }
  return left;
}

/** Removes what may go, and then the directories that are empty. */
function removeAside(
  context: Context,
  migration: StoredMigration,
  { path: directory, aside }: LinkedDirectory,
  mayGo: (inside: string) => boolean,
): Omission[] {
  const { fs } = context.ports;
  const visit = (inside: string): boolean => {
    const place = systemPath(path.join(aside, inside));
    if (!fs.lstatSync(place).isDirectory()) {
      if (!mayGo(inside) && !inside.endsWith(temporarySuffix)) return false;
      fs.unlinkSync(place);
      return true;
    }
    fs.chmodSync(place, 0o700);
    let empty = true;
    for (const name of readNames(fs, path.join(aside, inside))) empty = visit(path.join(inside, name)) && empty;
    if (empty) fs.rmdirSync(place);
    return empty;
  };
  let reason = 'something was written to it while a link took its place';
  try {
    if (visit('')) return [];
  } catch (error) {
    reason = asHoldfastError(error).message;
  }
  const shown = shownPath(context.workspace, directory);
  return [{ path: shownPath(context.workspace, aside), reason: `it is left of ${shown} (${migration.id}): ${reason}` }];
}

/**
 * Makes directories again where links to the root are, from the copies in the root: with all their files, links, modes and
 * times. Beside first, so that a crash leaves the link.
 */
export async function returnDirectories(context: Context, migration: StoredMigration, pace: Pace): Promise<void> {
  const { fs } = context.ports;
  for (const one of migration.linkedDirectories ?? []) {
    const stat = lstat(context, one.path);
    if (stat && !isLinkTo(context, one.path, path.join(context.root, one.target), stat)) continue;
    fs.mkdirSync(systemPath(path.dirname(one.path)), { recursive: true });
    if (lstat(context, one.aside)) {
      one.aside = asideOf(context, one.path);
      writeMigration(context, migration);
    }
    fs.mkdirSync(systemPath(one.aside), { mode: 0o700 });
    const inner = migration.oldDirectories.filter(({ path: at }) => contains(one.path, at));
    const beside = (place: string) => path.join(one.aside, path.relative(one.path, place));
    for (const { path: place } of inner) fs.mkdirSync(systemPath(beside(place)), { recursive: true, mode: 0o700 });
    for (const placed of placedIn(migration, one)) {
      if (pace.due()) await pace.breathe();
      if (!(await isPlaced(context, placed, pace))) continue;
      fs.mkdirSync(systemPath(path.dirname(beside(placed.source))), { recursive: true, mode: 0o700 });
      if (placed.type === 'file') await copyBack(context, { ...placed, source: beside(placed.source) }, pace);
      else {
        const link = systemPath(beside(placed.source));
        fs.symlinkSync(
          systemPath(nameFromBytes(fs.readlinkSync(at(context.root, placed.path), { encoding: 'buffer' }))),
          link,
        );
        fs.lutimesSync(link, systemTime(placed.mtime), systemTime(placed.mtime));
      }
    }
    for (const { path: place, mode, mtime } of inner.toReversed()) {
      const made = systemPath(beside(place));
      syncDirectory(context.ports, made);
      fs.utimesSync(made, systemTime(mtime), systemTime(mtime));
      fs.chmodSync(made, mode);
    }
    if (stat) fs.unlinkSync(systemPath(one.path));
    renameOver(context.ports, systemPath(one.aside), systemPath(one.path));
    syncDirectory(context.ports, systemPath(path.dirname(one.path)));
  }
}

function placedIn(migration: StoredMigration, { path: directory }: LinkedDirectory): StoredMigration['placed'] {
  return migration.placed.filter(({ source }) => contains(directory, source));
}

async function isSame(
  context: Context,
  place: string,
  { type, sha256, ...placed }: StoredMigration['placed'][number],
  pace: Pace,
): Promise<boolean> {
  const { fs } = context.ports;
  const stat = lstat(context, place);
  if (!stat || !(await isPlaced(context, { ...placed, type, sha256 }, pace))) return false;
  if (type === 'file') return stat.isFile() && (await hashFile(fs, systemPath(place), pace)) === sha256;
  return (
    stat.isSymbolicLink() &&
    linkDigest(nameFromBytes(fs.readlinkSync(systemPath(place), { encoding: 'buffer' }))) === sha256
  );
}
