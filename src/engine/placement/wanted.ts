import { firstName } from '../vault/first-name.ts';
import type { TreeEntry } from '../vault/tree.ts';

/**
 * One path as it should be after a placement. Parents come before what they hold.
 * `size` and `sha256` are of files; `target` is of links; `mtime` is nanoseconds since 1970 as decimal text.
 */
export interface Wanted {
  path: string;
  type: 'file' | 'dir' | 'link';
  mode: number;
  mtime: string;
  size: number;
  sha256?: string;
  /** Of a file that comes from the vault in several objects: their ids, in order. */
  chunks?: readonly string[];
  target?: string;
  /** A file to be written with holes where it has zeros. */
  sparse?: boolean;
  /** Of another name of one file: the path of the first one, which need not be wanted. */
  sameAs?: string;
  /** A directory that is wanted only to hold others: made when missing, otherwise left as it is. */
  implied?: boolean;
}

export function wantedFrom(path: string, entry: TreeEntry): Wanted {
  const { type, mode, mtime } = entry;
  if (entry.type === 'file') {
    const { size, sha256, chunks, sparse = false } = entry;
    const sameAs = firstName(path, entry);
    const more = { ...(chunks ? { chunks } : {}), ...(sparse ? { sparse } : {}), ...(sameAs ? { sameAs } : {}) };
    return { path, type, mode, mtime, size, sha256, ...more };
  }
  if (entry.type === 'link') return { path, type, mode, mtime, size: 0, target: entry.target };
  return { path, type, mode, mtime, size: 0 };
}
