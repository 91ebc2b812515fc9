import * as z from 'zod';
import type { FileInfo } from '../../protocol/common.ts';
import { Sha256 } from '../../protocol/common.ts';
import { HoldfastError } from '../errors.ts';
import { nameProblem } from '../names.ts';
import { firstName, isRelativePath } from './first-name.ts';
import { longestObject } from './pack.ts';

/**
 * A directory as an object: `{"tree":1,"entries":[…]}` as JSON, entries sorted by name (UTF-16 code units), so that
 * equal directories are equal bytes. `mtime` is nanoseconds since 1970 as decimal text; a file longer than one chunk
 * lists its `chunks`, and an empty file needs no object.
 */
/** Seconds of 64 bits, as some file systems have them, and nine digits for the fraction: never more. */
const mtimePattern = /^-?\d{1,30}$/;
const Mtime = z.string().regex(mtimePattern);
const Mode = z.number().int().min(0).max(0o7777);

export const FileEntry = z.object({
  name: z.string(),
  type: z.literal('file'),
  mode: Mode,
  mtime: Mtime,
  size: z.number().int().nonnegative(),
  sha256: Sha256,
  chunks: z.array(Sha256).optional(),
  /** It had holes, and is to have them again where it has zeros. */
  sparse: z.literal(true).optional(),
  /** Of another name of one file: the path of the first one, from this directory (docs/format.md, "Objects"). */
  sameAs: z.string().refine(isRelativePath).optional(),
});
export type FileEntry = z.infer<typeof FileEntry>;

export const DirectoryEntry = z.object({
  name: z.string(),
  type: z.literal('dir'),
  mode: Mode,
  mtime: Mtime,
  tree: Sha256,
  files: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});
export type DirectoryEntry = z.infer<typeof DirectoryEntry>;

export const LinkEntry = z.object({
  name: z.string(),
  type: z.literal('link'),
  mode: Mode,
  mtime: Mtime,
  target: z.string(),
});
export type LinkEntry = z.infer<typeof LinkEntry>;

export type TreeEntry = FileEntry | DirectoryEntry | LinkEntry;

const TreeEntry = z.discriminatedUnion('type', [FileEntry, DirectoryEntry, LinkEntry]);

/** Files up to this length are one object; longer ones are objects of exactly this length and a last shorter one. */
export const chunkLength = 1024 * 1024;

/** @throws CONTENT_TOO_LARGE for a directory of several hundred thousand entries, which could not be read back */
export function encodeTree(entries: readonly TreeEntry[], path?: string): Buffer {
  const bytes = Buffer.from(JSON.stringify({ tree: 1, entries }));
  if (bytes.length <= longestObject) return bytes;
  throw new HoldfastError('CONTENT_TOO_LARGE', `A directory has too many entries for a snapshot: ${entries.length}.`, {
    path: path === '' ? '.' : path,
    hint: 'Spread them over several directories, or exclude the directory.',
  });
}

const beginning = Buffer.from('{"tree":1,"entries":[');
const ending = Buffer.from(']}');
/** Between two entries, and nowhere else: in a text there is a backslash before a quotation mark. */
const between = Buffer.from('},{"name":');
/** Bytes that are made into values at once. */
const pieceLength = 64 * 1024;

/**
 * Piece by piece: what is no tree is given up at once, so that nothing which is not an entry takes memory.
 *
 * @throws CORRUPT when the bytes are not a tree, or a name in it could lead elsewhere
 */
export function decodeTree(bytes: Buffer): TreeEntry[] {
  const end = bytes.length - ending.length;
  const fits =
    end >= beginning.length &&
    bytes.subarray(0, beginning.length).equals(beginning) &&
    bytes.subarray(end).equals(ending);
  if (!fits) throw unreadable();
  const entries: TreeEntry[] = [];
  for (let at = beginning.length; at < end; ) {
    const found = bytes.length > at + pieceLength ? bytes.indexOf(between, at + pieceLength) : -1;
    const next = found < 0 ? end : found + 1;
    for (const entry of entriesIn(bytes.subarray(at, next))) {
      const before = entries.at(-1);
      if (nameProblem(entry.name, 'linux') !== undefined || (before && entry.name <= before.name))
        throw new HoldfastError('CORRUPT', 'A directory in the vault has impossible names.');
      entries.push(entry);
    }
    at = next + 1;
  }
  return entries;
}

function entriesIn(piece: Buffer): TreeEntry[] {
  if (!isOfEntries(piece)) throw unreadable();
  let json: unknown;
  try {
    json = JSON.parse(`[${piece.toString('utf8')}]`);
  } catch (error) {
    throw unreadable(error);
  }
  if (!Array.isArray(json) || json.length === 0) throw unreadable();
  return json.map(given => {
    const entry = isUsualFile(given) ? given : TreeEntry.safeParse(given).data;
    if (!entry) throw unreadable();
    return entry;
  });
}

/**
 * What the schema says of a file of one piece, which most entries are: asked of the schema, a hundred thousand of them take
 * as long as writing twenty thousand files.
 */
function isUsualFile(given: unknown): given is FileEntry {
  if (typeof given !== 'object' || given === null || Object.keys(given).length !== 6) return false;
  const { name, type, mode, mtime, size, sha256 } = given as Partial<Record<keyof FileEntry, unknown>>;
  return (
    type === 'file' &&
    typeof name === 'string' &&
    isCount(mode) &&
    mode <= 0o7777 &&
    typeof mtime === 'string' &&
    mtimePattern.test(mtime) &&
    isCount(size) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

function isCount(given: unknown): given is number {
  return Number.isSafeInteger(given) && (given as number) >= 0;
}

/** Only the list of a long file's pieces makes so long a piece: each is 64 digits, so it has few values for its length. */
function isOfEntries(piece: Buffer): boolean {
  if (piece.length < 4 * pieceLength) return true;
  let values = 0;
  for (let at = 0; at < piece.length; at++) {
    const byte = piece[at];
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++;
  }
  return values < 2 * pieceLength + piece.length / 64;
}

function unreadable(cause?: unknown): HoldfastError {
  return new HoldfastError('CORRUPT', 'A directory in the vault is not readable.', { cause });
}

/** The objects that hold a file's bytes, in order. */
export function contentObjects({ size, chunks, sha256 }: FileContent): readonly string[] {
  return size === 0 ? [] : (chunks ?? [sha256!]);
}

/** What of a file says where its bytes are; without `sha256`, it has none or `chunks`. */
interface FileContent {
  size: number;
  sha256?: string | undefined;
  chunks?: readonly string[] | undefined;
}

/** Milliseconds on either side of 1970 that a `Date` can hold; file systems go further. */
const furthest = 8_640_000_000_000_000n;

/** Cut to the millisecond before; a time beyond all dates is the last one. */
export function timeOfNanoseconds(mtime: string): Date {
  const nanoseconds = BigInt(mtime);
  const milliseconds = nanoseconds / 1_000_000n - (nanoseconds < 0n && nanoseconds % 1_000_000n !== 0n ? 1n : 0n);
  const within = milliseconds > furthest ? furthest : milliseconds < -furthest ? -furthest : milliseconds;
  return new Date(Number(within));
}

/** An entry as people see it. */
export function fileInfo(path: string, entry: TreeEntry): FileInfo {
  const common = { path, mode: entry.mode, mtime: timeOfNanoseconds(entry.mtime).toISOString() };
  if (entry.type === 'file') {
    const sameAs = firstName(path, entry);
    return { ...common, type: 'file', size: entry.size, sha256: entry.sha256, ...(sameAs ? { sameAs } : {}) };
  }
  if (entry.type === 'link') return { ...common, type: 'link', size: 0, target: entry.target };
  return { ...common, type: 'dir', size: entry.bytes };
}
