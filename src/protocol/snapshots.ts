import * as z from 'zod';
import { Bytes, Count, FileInfo, Id, Omission, Overwrite, RootPath, Sha256, Time } from './common.ts';

/** Why a snapshot was taken: asked for, or by Holdfast itself before it overwrites something. */
export const SnapshotReason = z.enum([
  'manual',
  'before-restore',
  'before-migrate',
  'before-undo',
  'before-cleanup',
  'scheduled',
  'import',
]);
export type SnapshotReason = z.infer<typeof SnapshotReason>;

/**
 * What a snapshot covers. Both lists empty: the whole root; or, with `legacy`, all state outside it, where it was. Its
 * paths are then relative to the workspace, and below `outside-workspace/` for what lies elsewhere; `secrets` are those
 * of them whose content is never shown.
 */
export const Scope = z.object({
  paths: z.array(RootPath),
  areas: z.array(z.string()),
  legacy: z.object({ secrets: z.array(RootPath) }).optional(),
});
export type Scope = z.infer<typeof Scope>;

/** The words that people give a snapshot: all that can change about it. */
export const Labels = z.object({
  title: z.string().max(200),
  description: z.string().max(2000),
  tags: z.array(z.string().max(100)),
  pinned: z.boolean(),
});
export type Labels = z.infer<typeof Labels>;

export const Snapshot = Labels.extend({
  id: Id,
  reason: SnapshotReason,
  createdAt: Time,
  rootId: Id,
  host: z.string(),
  parent: Id.nullable(),
  scope: Scope,
  tree: Sha256,
  files: Count,
  bytes: Bytes,
  newBytes: Bytes,
  storedBytes: Bytes,
  durationMs: Count,
  skipped: z.array(Omission),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const SnapshotResult = z.object({ snapshot: Snapshot });
export type SnapshotResult = z.infer<typeof SnapshotResult>;
/** A manifest that cannot be read is listed as broken, never hidden and never removed. */
export const BrokenRecord = z.object({ id: z.string(), path: z.string(), reason: z.string() });
export type BrokenRecord = z.infer<typeof BrokenRecord>;
export const SnapshotList = z.object({
  snapshots: z.array(Snapshot),
  nextCursor: z.string().nullable(),
  total: Count,
  broken: z.array(BrokenRecord),
});
export type SnapshotList = z.infer<typeof SnapshotList>;

export const CreateSnapshot = z.object({
  paths: z.array(z.string()).default([]),
  areas: z.array(z.string()).default([]),
  title: z.string().max(200).default(''),
  description: z.string().max(2000).default(''),
  tags: z.array(z.string().max(100)).default([]),
  pinned: z.boolean().default(false),
  /** What lies in legacy places, instead of the root. */
  legacy: z.boolean().default(false),
});
export type CreateSnapshot = z.input<typeof CreateSnapshot>;

export const EditSnapshot = Labels.partial();
export type EditSnapshot = z.infer<typeof EditSnapshot>;

export const FileList = z.object({ files: z.array(FileInfo) });
export type FileList = z.infer<typeof FileList>;

export const Diff = z.object({
  a: z.string(),
  /** `null`: the root as it is now. */
  b: z.string().nullable(),
  added: z.array(FileInfo),
  removed: z.array(FileInfo),
  modified: z.array(z.object({ path: RootPath, before: FileInfo, after: FileInfo })),
  unchanged: Count,
  /** With `b` null, where `a` does not cover the whole root: what it covers, and so all that was compared. */
  scope: Scope.optional(),
});
export type Diff = z.infer<typeof Diff>;

export const RestoreSnapshot = z.object({
  paths: z.array(z.string()).default([]),
  to: z.string().min(1).optional(),
  overwrite: Overwrite.default('always'),
  deleteExtra: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  /** Only with `to`: a copy to look at. What cannot be written, without what secret areas hold and links that lead out. */
  readOnly: z.boolean().default(false),
});
export type RestoreSnapshot = z.input<typeof RestoreSnapshot>;

/** `givenUp`: of those, the ones whose record was damaged or lost, so that nothing brings them back. */
export const Deleted = z.object({ deleted: z.array(Id), givenUp: z.array(Id).optional() });
export type Deleted = z.infer<typeof Deleted>;
