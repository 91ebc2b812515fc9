import type { Header } from 'tar-stream';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';

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

const longestPath = 4096;
const deepest = 256;

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
  const type = types[(header.type ?? 'file') as keyof typeof types];
  if (!type) throw unsafe(header.name, `it holds a ${header.type}`);
  if (header.name.length > longestPath)
    throw unsafe(`${header.name.slice(0, 100)}…`, 'it has a name longer than any path');
  const path = safePath(header.name, platform);
  if (path === '') return undefined;
  if (path.split('/').length > deepest) throw unsafe(`${path.slice(0, 100)}…`, 'its directories are too deep');
  const size = header.size ?? 0;
  if (!Number.isSafeInteger(size) || size < 0) throw unsafe(path, 'it declares an impossible size');
  const entry: ArchiveEntry = {
    path,
    type,
    size: type === 'file' ? size : 0,
    mode: (header.mode ?? (type === 'dir' ? 0o755 : 0o644)) & 0o7777,
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

/** A pax header holds the time with its fraction; the plain one whole seconds. */
function timeOf(header: Header): string {
  const pax = header.pax as { mtime?: string } | null | undefined;
  const exact = pax?.mtime?.match(/^(-?\d+)(?:\.(\d{1,9}))?$/);
  if (!exact) return String(BigInt(Math.round(header.mtime?.getTime() ?? 0)) * 1_000_000n);
  const fraction = BigInt((exact[2] ?? '').padEnd(9, '0'));
  const seconds = BigInt(exact[1]!) * 1_000_000_000n;
  return String(exact[1]!.startsWith('-') ? seconds - fraction : seconds + fraction);
}

/** Whether a link's text leads out of the directory that the archive is unpacked into. */
export function leadsOutside(path: string, target: string): boolean {
  if (target.startsWith('/') || /^[a-z]:/i.test(target) || target.startsWith('\\')) return true;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split(/[/\\]/)) {
    if (part === '..') {
      if (parts.pop() === undefined) return true;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return false;
}
