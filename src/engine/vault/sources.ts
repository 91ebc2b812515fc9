import type { RepairVault } from '../../protocol/vault.ts';
import { readTrail } from '../audit/trail.ts';
import { readBackups } from '../backups/find.ts';
import { type ArchivePart, readArchive } from '../backups/read-archive.ts';
import { type Context, vaultName, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import { Pace } from '../pace.ts';
import { at } from '../placement/plan.ts';
import type { FileCalls, Work } from '../ports.ts';
import { isSealed } from '../record.ts';
import { capture } from '../snapshots/capture.ts';
import { readManifests } from '../snapshots/manifest.ts';
import { selectionOf } from '../snapshots/selection.ts';
import { entriesOf } from './index-file.ts';
import { emptyMark } from './marks.ts';
import { objectId } from './object-id.ts';
import type { ObjectSink } from './object-store.ts';
import { readBlock, readPack } from './pack.ts';
import { withoutWaiting } from './read-vault-file.ts';
import type { Candidate, Survey } from './survey.ts';
import { chunkLength } from './tree.ts';
import { readVaultRecord, rebuiltVaultRecord } from './vault-record.ts';
import { ignoreRules } from './verify-records.ts';

export type From = Omit<RepairVault['repaired'][number], 'object'>;

/** Handed each thing that was found, once. `bytes` are checked: they are the object, or a record that is whole. */
export type Take = (object: string, bytes: Buffer, from: From) => Promise<void> | void;

/** Longer than any record or pack that is to be held in memory. */
const longest = 512 * 1024 * 1024;

/**
 * Looks for whatever a survey found damaged or missing: in other packs, in the live root (first where it was, then
 * everywhere), in the backups of this root (files of any name: their bytes decide; and the vault in those that hold it).
 * Reads only.
 */
export async function searchSources(context: Context, survey: Survey, take: Take, work: Work): Promise<void> {
  const pace = new Pace(work);
  const wanted = new Map(survey.damaged.filter(({ kind }) => kind !== 'pack').map(one => [one.object, one]));
  const found = async (object: string, bytes: Buffer, from: From) => {
    if (wanted.delete(object)) await take(object, bytes, from);
  };
  for (const { object, kind, candidates } of [...wanted.values()]) {
    if (pace.due()) await pace.breathe({ phase: 'Searching', done: 0, total: wanted.size, unit: 'items' });
    if (kind === 'record') {
      const made = madeAnew(context, object);
      if (made) await found(object, made, { from: 'vault' });
      continue;
    }
    const copy = otherCopy(context, survey, object);
    if (copy) await found(object, copy.bytes, { from: 'pack', path: `packs/${copy.pack}.pack` });
    for (const candidate of candidates) {
      if (!wanted.has(object)) break;
      const bytes = liveBytes(context, candidate);
      if (bytes && objectId(bytes) === object) await found(object, bytes, { from: 'root', path: candidate.path });
    }
  }
  const objects = () => [...wanted.values()].some(({ kind }) => kind !== 'record');
  if (objects()) await searchRoot(context, wanted, found, work);
  if (wanted.size > 0) await searchBackups(context, wanted, found, pace);
}

/** What needs no source. */
function madeAnew(context: Context, record: string): Buffer | undefined {
  if (record.startsWith('marks/')) return emptyMark(context);
  if (record === '.gitignore') return Buffer.from(ignoreRules);
  if (record !== 'vault.json') return undefined;
  const { snapshots, broken } = readManifests(context);
  const begun = [...readTrail(context)].find(({ entry }) => entry?.action === 'root.init')?.entry;
  if (begun) return rebuiltVaultRecord(context, snapshots, { rootId: begun.target, createdAt: begun.at });
  // With no snapshot, which id the root has matters to nobody.
  const anyId = { rootId: newId(context.ports), createdAt: context.ports.now().toISOString() };
  return rebuiltVaultRecord(context, snapshots, broken.length === 0 ? anyId : undefined);
}

/** The same object in a pack without damage. */
function otherCopy(context: Context, { good }: Survey, id: string): { bytes: Buffer; pack: string } | undefined {
  const place = good.find(id);
  if (!place) return undefined;
  const { fs } = context.ports;
  const path = vaultPath(context, 'packs', `${place.pack}.pack`);
  const file = fs.openSync(path, withoutWaiting);
  try {
    const { raw } = readBlock(fs, file, fs.fstatSync(file).size, place.offset, path);
    return { bytes: raw.subarray(place.at, place.at + place.length), pack: place.pack };
  } finally {
    fs.closeSync(file);
  }
}

/** The part of a live file that an object was, if there is a file of that size; a file that cannot be read is none. */
function liveBytes({ ports: { fs }, root }: Context, { path, offset, length, size }: Candidate): Buffer | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  let file: number | undefined;
  try {
    file = fs.openSync(at(root, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = fs.fstatSync(file);
    if (!stat.isFile() || stat.size !== size) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const read = fs.readSync(file, bytes, done, length - done, offset + done);
      if (read === 0) return undefined;
      done += read;
    }
    return bytes;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

type Found = (object: string, bytes: Buffer, from: From) => Promise<void>;

/**
 * As if a snapshot were taken of all that is there: finds what has moved, and directories that are as they were. What
 * cannot be read has nothing to give.
 */
async function searchRoot(
  context: Context,
  wanted: ReadonlyMap<string, unknown>,
  found: Found,
  work: Work,
): Promise<void> {
  const taker: ObjectSink = {
    put: async (_, id, bytes) => {
      if (wanted.has(id)) await found(id, bytes, { from: 'root' });
    },
    // Only asked for what an earlier capture knows, and there is none here.
    get: () => Buffer.alloc(0),
  };
  await capture(context, context.root, taker, selectionOf(context, { paths: [], areas: [] }), undefined, work);
}

/** The newest first. A backup that is damaged itself gives what comes before the damage. */
async function searchBackups(
  context: Context,
  wanted: ReadonlyMap<string, unknown>,
  found: Found,
  pace: Pace,
): Promise<void> {
  const { files, own } = backupFiles(context);
  for (const file of files) {
    const from: From = { from: 'backup', path: file };
    try {
      for await (const part of readArchive(context.ports, file)) {
        await searchPart(part, wanted, own, (object, bytes) => found(object, bytes, from), pace);
        if (wanted.size === 0) return;
      }
    } catch (error) {
      if (asHoldfastError(error).code === 'CANCELLED') throw error;
    }
  }
}

/** `own`: whether they are known to be of this root. Objects are what their ids say; records are believed only then. */
function backupFiles(context: Context): { files: string[]; own: boolean } {
  try {
    const own = readVaultRecord(context) !== undefined;
    const { backups } = readBackups(context);
    backups.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
    return { files: backups.map(({ file }) => file), own };
  } catch (error) {
    if (HoldfastError.is(error, 'CORRUPT', 'NEWER_VERSION')) return { files: [], own: false };
    throw error;
  }
}

async function searchPart(
  part: ArchivePart,
  wanted: ReadonlyMap<string, unknown>,
  own: boolean,
  found: (object: string, bytes: Buffer) => Promise<void>,
  pace: Pace,
): Promise<void> {
  const inVault = part.header.name.startsWith(`${vaultName}/`)
    ? part.header.name.slice(vaultName.length + 1)
    : undefined;
  const isPack = inVault !== undefined && /^packs\/[0-9a-f]{64}\.pack$/.test(inVault);
  const isWhole = isPack || (own && inVault !== undefined && wanted.has(inVault));
  const step = isWhole && (part.header.size ?? 0) <= longest ? longest : chunkLength;
  for await (const bytes of piecesOf(part, step)) {
    if (pace.due()) await pace.breathe({ phase: 'Searching', done: 0, total: wanted.size, unit: 'items' });
    if (isPack) await searchPack(bytes, wanted, found, pace);
    else if (isWhole && inVault !== undefined && isSealed(bytes)) await found(inVault, bytes);
    else {
      const id = objectId(bytes);
      if (wanted.has(id)) await found(id, bytes);
    }
  }
}

async function searchPack(
  bytes: Buffer,
  wanted: ReadonlyMap<string, unknown>,
  found: (object: string, bytes: Buffer) => Promise<void>,
  pace: Pace,
): Promise<void> {
  for (const block of readPack(inMemory(bytes), '', () => {})) {
    if (pace.due()) await pace.breathe();
    for (const { id, at: start, length } of entriesOf(block))
      if (wanted.has(id)) await found(id, block.raw.subarray(start, start + length));
  }
}

/** Bytes as the one file that there is. */
function inMemory(bytes: Buffer): FileCalls {
  return {
    openSync: () => 0,
    closeSync: () => {},
    fstatSync: () => ({ size: bytes.length }),
    readSync: (_: number, to: Buffer, offset: number, length: number, position: number) =>
      bytes.copy(to, offset, position, position + length),
  } as unknown as FileCalls;
}

/** The bytes of an entry in pieces of exactly `length` and a last shorter one: as files are cut into objects. */
async function* piecesOf(part: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (let chunk of part) {
    while (size + chunk.length >= length) {
      const rest = length - size;
      yield Buffer.concat([...parts, chunk.subarray(0, rest)]);
      parts = [];
      size = 0;
      chunk = chunk.subarray(rest);
    }
    if (chunk.length > 0) parts.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield Buffer.concat(parts);
}
