import * as z from 'zod';
import { Bytes, Id, RootPath, Sha256, Time } from './common.ts';
import { BrokenRecord } from './snapshots.ts';

/** One state of a file, from the first snapshot that has it to the last one in a row. */
export const FileVersion = z.object({
  /** The first snapshot that has the file in this state, and when it was taken. */
  snapshot: Id,
  createdAt: Time,
  lastSnapshot: Id,
  type: z.enum(['file', 'link']),
  /** Of the bytes; of a link: of its text. */
  sha256: Sha256,
  size: Bytes,
  mtime: Time,
  target: z.string().optional(),
  /** The next snapshot, which does not have the file any more. */
  deletedIn: Id.optional(),
  /** From one snapshot to the next the same bytes went from, or to, another path. */
  renamedFrom: RootPath.optional(),
  renamedTo: RootPath.optional(),
});
export type FileVersion = z.infer<typeof FileVersion>;

export const FileHistory = z.object({
  path: RootPath,
  versions: z.array(FileVersion),
  /** Snapshots that cannot be read: what they had at this path is unknown. */
  broken: z.array(BrokenRecord),
});
export type FileHistory = z.infer<typeof FileHistory>;
