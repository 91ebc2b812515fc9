import path from 'node:path';
import { type Backup, CreateBackup } from '../../protocol/backups.ts';
import { appendLog } from '../audit/log.ts';
import { checkDirectory } from '../check-directory.ts';
import { type Context, requireRoot } from '../context.ts';
import { makeDirectory, removeQuietly, renameOver, syncDirectory, temporarySuffix, writeDurably } from '../durable.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import { settleRoot } from '../placement/recover.ts';
import type { FileCalls, Work } from '../ports.ts';
import { encodeRecord } from '../record.ts';
import { databaseOf } from '../snapshots/databases.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { ArchivedNames, archivedName, headEntry, manifestEntry } from './archive-names.ts';
import { ArchivedLinks } from './archived-links.ts';
import { backupDirectory, checkOutsideRoot, rememberDirectory } from './directories.ts';
import { checkInRoot, gather, gatherLegacyEntries, type LiveEntry } from './gather.ts';
import { readLiveFile } from './read-live-file.ts';
import { boundedOmissions, type Head, headKind, type Manifest, manifestKind, type Side, sideKind } from './records.ts';
import { ArchiveWriter, type EntryHeader } from './write-archive.ts';

/**
 * Writes the root, or some areas of it, into one `tar.gz` outside it. The archive has its name only once it is whole
 * and durable. Secret areas are left out, and listed, unless asked for.
 *
 * @throws ROOT_MISSING, CONFLICT (a place inside the root, or below a file), LOCKED, DISK_FULL, CANCELLED; then no archive is there
 */
export async function createBackup(context: Context, input: CreateBackup, work: Work): Promise<Backup> {
  const { areas, to, includeSecrets, withVault, legacy } = CreateBackup.parse(input);
  if (legacy && (withVault || areas.length > 0)) {
    throw new HoldfastError('USAGE', 'A backup of the legacy state takes all of it, and nothing of the root.', {
      hint: 'Make another one of the root.',
    });
  }
  requireRoot(context);
  await settleRoot(context);
  const { record } = ensureVault(context);
  const directory = backupDirectory(context, to)!;
  checkOutsideRoot(context, directory);
  checkDirectory(context.ports.fs, directory);
  makeDirectory(context.ports, directory);
  return withLock(context.ports, path.join(directory, '.lock.json'), async () => {
    removeLeftovers(context, directory);
    const createdAt = context.ports.now().toISOString();
    const id = newId(context.ports);
    const name = `holdfast-${createdAt.replace(/[-:]|\.\d+/g, '')}-${id.slice(0, 8)}.tar.gz`;
    const scope = { areas, secrets: includeSecrets, vault: withVault, ...(legacy ? { legacy } : {}) };
    const gathered = await (legacy ? gatherLegacyEntries : gather)(context, scope, work);
    const file = path.join(directory, name);
    const temporary = path.join(directory, `.${id}${temporarySuffix}`);
    try {
      const head = { id, createdAt, rootId: record.rootId, scope };
      const archive = await writeArchive(context, temporary, { head, ...gathered }, work);
      const made = { id, createdAt, scope, ...archive };
      const side: Side = { ...made, rootId: record.rootId };
      // The archive's name comes last: a record without an archive is listed nowhere, and goes with the leftovers.
      writeDurably(context.ports, `${file}.json`, encodeRecord(sideKind, side, context.ports.now()));
      rememberDirectory(context, directory);
      renameOver(context.ports, temporary, file);
      syncDirectory(context.ports, directory);
      appendLog(context, {
        action: 'backup.create',
        target: id,
        details: { file, files: side.files, bytes: side.bytes },
      });
      return { ...made, file };
    } catch (error) {
      for (const one of [temporary, file, `${file}.json`]) removeQuietly(context.ports.fs, one);
      throw asHoldfastError(error);
    }
  });
}

interface Contents {
  head: Head;
  entries: LiveEntry[];
  omitted: Manifest['omitted'];
}

async function writeArchive(
  context: Context,
  temporary: string,
  { head, entries, omitted }: Contents,
  work: Work,
): Promise<Pick<Backup, 'files' | 'bytes' | 'archiveBytes' | 'sha256' | 'omitted'>> {
  const { ports } = context;
  const pace = new Pace(work);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const file = ports.fs.openSync(temporary, 'wx', 0o600);
  const writer = new ArchiveWriter(ports.fs, file, path.dirname(temporary));
  const manifest: Manifest = { entries: [], omitted };
  const names = new ArchivedNames();
  const links = new ArchivedLinks(ports.fs);
  let files = 0;
  let bytes = 0;
  try {
    const own = async (name: string, content: Buffer) =>
      writer.entry({ name, size: content.length, mode: 0o600, mtime: ports.now() }, [content]);
    await own(headEntry, encodeRecord(headKind, head, ports.now()));
    for (const entry of entries) {
      if (pace.due()) await pace.breathe({ phase: 'Archiving', done: bytes, total, unit: 'bytes' });
      const { absolute: _, linked, file: __, ...facts } = entry;
      const name = names.nameOf(entry.path);
      const listed = name === archivedName(entry.path) ? facts : { ...facts, archived: name };
      if (entry.type !== 'file') {
        await writer.entry(headerOf(name, entry), []);
        manifest.entries.push(listed);
        continue;
      }
      try {
        const first = links.firstOf(entry);
        if (first) {
          const { name: linkname, ...live } = first;
          const header = headerOf(name, { ...entry, ...live });
          await writer.entry({ ...header, type: 'link', size: 0, linkname }, []);
          manifest.entries.push({ ...listed, ...live });
          files++;
          bytes += live.size;
          continue;
        }
        const { sha256, problem, file, ...live } = await readLiveFile(ports.fs, entry, async (now, chunks) => {
          if (entry.file !== undefined && now.file !== entry.file) checkInRoot(context, entry.path);
          await writer.entry(headerOf(name, { ...entry, ...now }), chunks);
        });
        manifest.entries.push({ ...listed, ...live, sha256 });
        if (linked) links.add(file, { ...live, name, sha256 });
        if (problem) omitted.push({ path: entry.path, reason: problem });
        omitted.push(...parted(ports.fs, entry.path, entries, manifest));
        files++;
        bytes += live.size;
      } catch (error) {
        omitted.push({ path: entry.path, reason: skippable(error) });
      }
    }
    manifest.omitted = boundedOmissions(omitted);
    await own(manifestEntry, encodeRecord(manifestKind, manifest, ports.now()));
    const sha256 = await writer.finish();
    pace.check();
    ports.fs.fsyncSync(file);
    return { files, bytes, archiveBytes: writer.bytes, sha256, omitted: manifest.omitted };
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    ports.fs.closeSync(file);
  }
}

/** The database that a file just archived belongs to, if it is another one by now than the archive has. */
function parted(fs: FileCalls, path: string, entries: readonly LiveEntry[], manifest: Manifest): Manifest['omitted'] {
  const database = databaseOf(path);
  const archived = database && manifest.entries.findLast(one => one.path === database);
  const live = archived && entries.find(one => one.path === database);
  if (!live) return [];
  const now = fs.lstatSync(live.absolute, { bigint: true, throwIfNoEntry: false })?.mtimeNs.toString();
  const reason = `it was written to before ${path} was read; as they are in the archive they may not fit together`;
  return now === archived.mtime ? [] : [{ path: live.path, reason }];
}

/** Why a file was left out; anything that is not about this one file is thrown on. */
function skippable(error: unknown): string {
  const known = asHoldfastError(error);
  const system = (error as NodeJS.ErrnoException).code ?? '';
  if (system === 'ENOENT') return 'it vanished while the backup was made';
  if (HoldfastError.is(error, 'CONFLICT') || ['ELOOP', 'ENXIO', 'EISDIR', 'ENOTDIR'].includes(system))
    return 'it was replaced while the backup was made';
  if (known.code === 'UNREADABLE') return known.message;
  throw error;
}

function headerOf(name: string, entry: LiveEntry): EntryHeader {
  const nanoseconds = BigInt(entry.mtime);
  const seconds = nanoseconds / 1_000_000_000n;
  const fraction = nanoseconds % 1_000_000_000n;
  const sign = nanoseconds < 0n && seconds === 0n ? '-' : '';
  const mtime = `${sign}${seconds}.${String(fraction < 0n ? -fraction : fraction).padStart(9, '0')}`;
  const common = {
    name,
    mode: entry.mode,
    mtime: new Date(Math.max(0, Number(seconds) * 1000)),
    pax: { mtime },
  };
  if (entry.type === 'dir') return { ...common, type: 'directory', size: 0 };
  if (entry.type === 'link')
    return { ...common, type: 'symlink', size: 0, linkname: (entry.target ?? '').toWellFormed() };
  return { ...common, type: 'file', size: entry.size };
}

/** Under the directory's lock, so what is unfinished here was left by a process that was killed. */
function removeLeftovers({ ports: { fs } }: Context, directory: string): void {
  const names = fs.readdirSync(directory);
  for (const name of names) {
    const unfinished = name.startsWith('.') && name.endsWith(temporarySuffix);
    const orphan = /^holdfast-.*\.tar\.gz\.json$/.test(name) && !names.includes(name.slice(0, -'.json'.length));
    if (unfinished || orphan) removeQuietly(fs, path.join(directory, name));
  }
}
