import path, { posix } from 'node:path';
import { systemPath } from '../names.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { FileCalls } from '../ports.ts';
import type { SourceFile } from './sources.ts';

/**
 * Directories in the root that stand for ones at the source, with their mode and time: as far up from a file as its
 * source and its target have the same names.
 */
export function likeTheSources(fs: FileCalls, files: readonly SourceFile[]): Map<string, Wanted> {
  const like = new Map<string, Wanted>();
  for (const { source, wanted } of files) {
    let from = path.dirname(source);
    for (let to = posix.dirname(wanted.path); to !== '.' && !like.has(to); to = posix.dirname(to)) {
      if (path.basename(from) !== posix.basename(to)) break;
      const { mode, mtimeNs } = fs.lstatSync(systemPath(from), { bigint: true });
      const facts = { mode: Number(mode & 0o7777n), mtime: mtimeNs.toString() };
      like.set(to, { path: to, type: 'dir', size: 0, implied: true, ...facts });
      from = path.dirname(from);
    }
  }
  return like;
}
