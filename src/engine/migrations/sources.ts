import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import type { LegacyEntry, LegacySource, Upgrade } from '../../profiles/profile.ts';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Omission } from '../../protocol/common.ts';
import { type Context, vaultName } from '../context.ts';
import { temporaryName } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { legacySources } from '../legacy/sources.ts';
import { isWithin, nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import type { Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { FileCalls, Work } from '../ports.ts';
import { profileView } from '../profile-view.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { areaOf } from '../root/areas.ts';
import { shownPath } from '../root/shown-path.ts';
import { lengthProblem } from '../sparse.ts';
import { objectId } from '../vault/object-id.ts';
import { linkDigest } from './is-placed.ts';
import { readMigrationHeads } from './records.ts';

/** One legacy file or link as it lies on disk, and what it is to be in the root. */
export interface SourceFile {
  /** Absolute, in Holdfast's form. */
  source: string;
  /** Of the source itself: what is wanted differs from it when there is an upgrade. */
  sha256: string;
  bytes: number;
  wanted: Wanted & { type: 'file' | 'link' };
  upgrade?: Upgrade;
  note?: string;
}

export interface Sources {
  files: SourceFile[];
  /** Directories that the files come from, by target: made like them where they are missing. */
  directories: Wanted[];
  omitted: Omission[];
  warnings: { path: string; message: string }[];
}

/**
 * Reads every legacy source of the profile, and the directories that the user named, to the last byte. What the root does
 * not have yet is copied on the way into `stager`, when there is one: reading it once more would take as long again.
 *
 * @throws CONFLICT when a named directory lies inside the root, NOT_FOUND when it does not exist
 */
export async function readSources(
  context: Context,
  from: readonly string[],
  prefix: string,
  work: Work,
  stager?: Stager,
): Promise<Sources> {
  const sources: Sources = { files: [], directories: [], omitted: [], warnings: [] };
  const walk = new SourceWalk(context, sources, new Pace(work), stager);
  for (const { entries, omitted, warnings } of legacyPlaces(context, from, prefix)) {
    sources.omitted.push(...omitted);
    sources.warnings.push(...warnings);
    for (const entry of entries) await walk.take(entry);
  }
  return sources;
}

/** The places that the profile knows, and those that the user named: their files go below `prefix`. */
export function* legacyPlaces(
  context: Context,
  from: readonly string[],
  prefix: string,
): Generator<Pick<LegacySource, 'entries' | 'omitted' | 'warnings'>> {
  const view = profileView(context);
  yield* legacySources(context);
  for (const one of from) {
    const link = linkLeftAt(context, path.resolve(context.workspace, one));
    if (link) {
      yield { entries: [], omitted: [link], warnings: [] };
      continue;
    }
    const directory = namedDirectory(context, one);
    const { entries, omitted, warnings } = context.profile.sourceFrom?.(view, directory) ?? {
      entries: [{ source: directory, target: '' }],
      omitted: [],
      warnings: [],
    };
    const below = (target: string) => [prefix, target].filter(Boolean).join('/');
    yield { entries: entries.map(entry => ({ ...entry, target: below(entry.target) })), omitted, warnings };
  }
}

/** A directory that an earlier migration replaced by a link into the root. */
function linkLeftAt(context: Context, directory: string): Omission | undefined {
  const isOurs = readMigrationHeads(context).some(({ linkedDirectories = [] }) =>
    linkedDirectories.some(one => one.path === directory),
  );
  return isOurs && leadsIntoRoot(profileView(context), directory)
    ? { path: shownPath(context.workspace, directory), reason: 'a link into the root' }
    : undefined;
}

function namedDirectory({ ports, workspace, root }: Context, given: string): string {
  const directory = path.resolve(workspace, given);
  const stat = ports.fs.statSync(directory, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    throw new HoldfastError('NOT_FOUND', 'There is no such directory to migrate from.', {
      path: directory,
      hint: 'Check --from.',
    });
  }
  const real = ports.fs.realpathSync(directory);
  const realRoot = ports.fs.existsSync(root) ? ports.fs.realpathSync(root) : root;
  if (real === realRoot || real.startsWith(realRoot + path.sep)) {
    throw new HoldfastError('CONFLICT', 'This directory lies inside the root already.', {
      path: directory,
      hint: 'Name one outside it.',
    });
  }
  return real;
}

class SourceWalk {
  readonly #context: Context;
  readonly #sources: Sources;
  readonly #pace: Pace;
  /** Without links: that is how named directories are walked. */
  readonly #root: string;
  readonly #stager: Stager | undefined;
  #bytes = 0;

  constructor(context: Context, sources: Sources, pace: Pace, stager: Stager | undefined) {
    this.#context = context;
    this.#sources = sources;
    this.#pace = pace;
    this.#root = context.ports.fs.existsSync(context.root) ? context.ports.fs.realpathSync(context.root) : context.root;
    this.#stager = stager;
  }

  /** Whatever cannot be read or placed is listed with the reason; the rest goes on. */
  async take(entry: LegacyEntry): Promise<void> {
    const { source } = entry;
    const omit = (reason: string) =>
      this.#sources.omitted.push({ path: shownPath(this.#context.workspace, source), reason });
    if (source === this.#context.root || source === this.#root) return void omit('it is the root itself');
    if (temporaryName.test(path.basename(source))) return void omit('Holdfast was interrupted while it wrote this');
    if (isWithin(entry.target, vaultName)) return void omit('its place would be inside the vault');
    if (this.#pace.due()) await this.#pace.breathe({ phase: 'Reading', done: this.#bytes, total: 0, unit: 'bytes' });
    try {
      await this.#read(entry, omit);
    } catch (error) {
      const known = asHoldfastError(error);
      if (isAbsent(error)) omit('it vanished while the plan was made');
      else if (['ELOOP', 'EISDIR', 'ENOTDIR', 'ENXIO', 'EAGAIN'].includes(systemCode(error) ?? ''))
        omit('it was replaced by something else while the plan was made');
      else if (known.code === 'UNREADABLE' || known.code === 'INVALID_NAME') omit(known.message);
      else throw error;
    }
  }

  async #read({ source, target, note, upgrade }: LegacyEntry, omit: (reason: string) => void): Promise<void> {
    const { fs } = this.#context.ports;
    const system = systemPath(source);
    const stat = fs.lstatSync(system, { bigint: true });
    const special = specialKind(stat);
    if (special) return void omit(`${special} cannot be migrated`);
    const facts = { path: target, mode: this.#modeFor(target, stat), mtime: stat.mtimeNs.toString() };
    if (stat.isDirectory()) {
      if (target !== '') this.#sources.directories.push({ ...facts, type: 'dir', size: 0, implied: true });
      for (const name of readNames(fs, source)) {
        await this.take({
          source: path.join(source, name),
          target: target === '' ? name : `${target}/${name}`,
          ...(note ? { note } : {}),
        });
      }
      return;
    }
    if (stat.isSymbolicLink()) {
      // As an earlier migration leaves them: brought into the root, it would lead to itself, in place of the file.
      if (leadsIntoRoot({ fs, root: this.#context.root }, source)) return void omit('a link into the root');
      const text = nameFromBytes(fs.readlinkSync(system, { encoding: 'buffer' }));
      const sha256 = linkDigest(text);
      const wanted = { ...facts, type: 'link' as const, size: 0, target: text, sha256 };
      this.#sources.files.push({ source, sha256, bytes: 0, wanted, note: note ?? 'a link, kept as it is' });
      return;
    }
    const tooLong = lengthProblem(stat);
    if (tooLong) return void omit(tooLong);
    const bytes = Number(stat.size);
    const wanted: SourceFile['wanted'] = { ...facts, type: 'file', size: bytes };
    const copied = upgrade
      ? undefined
      : await this.#stager?.copy(this.#context.ports.fs, source, stat, wanted, this.#pace);
    wanted.sha256 = copied ?? (await hashFile(fs, system, this.#pace));
    this.#bytes += bytes;
    const file: SourceFile = { source, sha256: wanted.sha256, bytes, wanted };
    if (note) file.note = note;
    if (upgrade) this.#upgrade(file, upgrade);
    this.#sources.files.push(file);
  }

  /** What cannot be upgraded is copied as it is, and said so. */
  #upgrade(file: SourceFile, upgrade: Upgrade): void {
    try {
      const result = upgradedBytes(this.#context.ports.fs, file.source, upgrade);
      const sha256 = objectId(result);
      if (sha256 === file.sha256) return;
      file.wanted = { ...file.wanted, size: result.length, sha256 };
      file.upgrade = upgrade;
    } catch (error) {
      if (systemCode(error) !== undefined) throw error;
      const message = `It is copied as it is: ${(error as Error).message}`;
      this.#sources.warnings.push({ path: shownPath(this.#context.workspace, file.source), message });
    }
  }

  /** A secret is for its owner alone, however it lay about before. */
  #modeFor(target: string, stat: BigIntStats): number {
    const mode = Number(stat.mode & 0o7777n);
    return areaOf(this.#context.profile, target)?.secret && !stat.isSymbolicLink() ? mode & 0o700 : mode;
  }
}

/** The bytes that a legacy file becomes. @throws what the upgrade throws, or a system error */
export function upgradedBytes(fs: FileCalls, source: string, upgrade: Upgrade): Buffer {
  const read = (one: string) => fs.readFileSync(systemPath(one));
  return upgrade.apply(read(source), (upgrade.with ?? []).map(read));
}
