import type { Header } from 'tar-stream';
import { HoldfastError } from '../errors.ts';
import { checkedPath, nameFromBytes, systemPath } from '../names.ts';

/** Holdfast's own entries in an archive lie in this directory; plain `tar` unpacks them as two small files. */
export const ownDirectory = '.holdfast-backup';
export const headEntry = `${ownDirectory}/backup.json`;
export const manifestEntry = `${ownDirectory}/manifest.json`;

/**
 * The name under which a path lies in an archive. A tar header written here holds UTF-8 only, so each byte that is not is
 * told in hexadecimal behind the replacement character; the manifest has the path as it is.
 */
export function archivedName(path: string): string {
  if (path.isWellFormed()) return path;
  return Array.from(path, one => (one.isWellFormed() ? one : `\ufffd${(one.charCodeAt(0) & 0xff).toString(16)}`)).join(
    '',
  );
}

/** Gives each path of one archive a name that no other has. Directories have to come before what they hold. */
export class ArchivedNames {
  readonly #used = new Set<string>();
  readonly #changed = new Map<string, string>();

  nameOf(path: string): string {
    const at = path.lastIndexOf('/');
    const parent = this.#changed.get(path.slice(0, Math.max(0, at)));
    let name = parent === undefined ? archivedName(path) : parent + archivedName(path.slice(at));
    while (this.#used.has(name)) name += '\ufffd';
    this.#used.add(name);
    if (name !== archivedName(path)) this.#changed.set(path, name);
    return name;
  }
}

const longestPath = 4096;
const deepest = 256;

/** Whether an entry at this path would not be taken from an archive again. */
export function isTooDeep(path: string): boolean {
  return path.length > longestPath || path.split('/').length > deepest;
}

/** One entry of an archive after its name and kind were found harmless. */
export interface ArchiveEntry {
  path: string;
  type: 'file' | 'dir' | 'link' | 'hardlink';
  size: number;
  mode: number;
  /** Nanoseconds since 1970 as decimal text. */
  mtime: string;
  /** Of a link the text as it is; of a hard link the path of the file whose bytes it shares. */
  target?: string;
}

/**
 * A path that a manifest gives to an entry, which need not be the name in the archive.
 *
 * @throws ARCHIVE_UNSAFE when it leads elsewhere, or is another spelling of a path
 */
export function checkManifestPath(path: string, platform: NodeJS.Platform): string {
  const bytes = Buffer.from(systemPath(path));
  if (nameFromBytes(bytes) !== path || safePath(path, platform) !== path || path === '' || isTooDeep(path))
    throw unsafe(path, 'its manifest holds a path that is none');
  return path;
}

export function unsafe(path: string, why: string): HoldfastError {
  return new HoldfastError('ARCHIVE_UNSAFE', `The archive is not safe to unpack: ${why}.`, {
    path,
    hint: 'Nothing was changed. Look into it with plain tar before you trust it.',
  });
}

/**
 * @returns `undefined` for the directory that stands for the archive itself
 * @throws ARCHIVE_UNSAFE for a name that leads elsewhere, or a kind that is no file, directory or link
 */
export function readHeader(header: Header, platform: NodeJS.Platform): ArchiveEntry | undefined {
  const types = {
    file: 'file',
    'contiguous-file': 'file',
    directory: 'dir',
    symlink: 'link',
    link: 'hardlink',
  } as const;
  if (header.name.length > longestPath)
    throw unsafe(`${header.name.slice(0, 100)}…`, 'it has a name longer than any path');
  const type = types[header.type as keyof typeof types];
  if (!type) throw unsafe(header.name, `it holds a ${header.type ?? 'thing that is no file, directory or link'}`);
  if (Object.keys(header.pax ?? {}).some(key => key.startsWith('GNU.sparse.')))
    throw unsafe(header.name, 'it holds a sparse file, whose bytes are not in order');
  const path = safePath(header.name, platform);
  if (path === '') {
    if (type === 'dir') return undefined;
    throw unsafe(header.name, `it holds a ${type} without a name`);
  }
  if (isTooDeep(path)) throw unsafe(`${path.slice(0, 100)}…`, 'its directories are too deep');
  const entry: ArchiveEntry = {
    path,
    type,
    size: type === 'file' ? (header.size ?? 0) : 0,
    mode: (Number.isInteger(header.mode) ? header.mode! : type === 'dir' ? 0o755 : 0o644) & 0o7777,
    mtime: timeOf(header),
  };
  if (type === 'link') entry.target = header.linkname ?? '';
  if (type === 'hardlink') entry.target = safePath(header.linkname ?? '', platform);
  return entry;
}

function safePath(name: string, platform: NodeJS.Platform): string {
  try {
    return checkedPath(name, platform);
  } catch (error) {
    if (!HoldfastError.is(error, 'INVALID_NAME')) throw error;
    throw unsafe(name, error.message.replace('The path has', 'a path has').replace(/\.$/, ''));
  }
}

/** A pax header holds the time with its fraction; the plain one whole seconds. One beyond all calendars is 1970. */
function timeOf(header: Header): string {
  const pax = header.pax as { mtime?: string } | null | undefined;
  const exact = pax?.mtime?.match(/^(-?\d{1,12})(?:\.(\d{1,9}))?\d*$/);
  const plain = header.mtime?.getTime() ?? 0;
  if (!exact) return timeWithin(Number.isFinite(plain) ? BigInt(Math.round(plain)) * 1_000_000n : 0n);
  const fraction = BigInt((exact[2] ?? '').padEnd(9, '0'));
  const seconds = BigInt(exact[1]!) * 1_000_000_000n;
  return timeWithin(exact[1]!.startsWith('-') ? seconds - fraction : seconds + fraction);
}

function timeWithin(nanoseconds: bigint): string {
  return String(BigInt.asIntN(64, nanoseconds) === nanoseconds ? nanoseconds : 0n);
}
