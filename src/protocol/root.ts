import * as z from 'zod';
import { Bytes, Count, Id, Time } from './common.ts';
import { Scope } from './snapshots.ts';

export const SourceKind = z.enum(['flag', 'setting', 'env', 'config', 'compose', 'default']);
export type SourceKind = z.infer<typeof SourceKind>;

/** A place where a root could come from. `value` is the text as found, `path` what it means (absolute). */
export const Candidate = z.object({
  kind: SourceKind,
  name: z.string(),
  value: z.string().nullable(),
  path: z.string().nullable(),
  status: z.enum(['chosen', 'shadowed', 'unset', 'invalid']),
  reason: z.string(),
});
export type Candidate = z.infer<typeof Candidate>;

export const AreaInfo = z.object({
  id: z.string(),
  title: z.string(),
  secret: z.boolean(),
  files: Count,
  bytes: Bytes,
});
export type AreaInfo = z.infer<typeof AreaInfo>;

export const RootInfo = z.object({
  root: z.string(),
  exists: z.boolean(),
  writable: z.boolean(),
  rootId: Id.nullable(),
  profile: z.string(),
  /** Every profile that fits what lies in the workspace; more than one: the user had better choose. */
  matchingProfiles: z.array(z.string()),
  source: z.object({ kind: SourceKind, name: z.string(), value: z.string().nullable() }),
  candidates: z.array(Candidate),
  areas: z.array(AreaInfo),
});
export type RootInfo = z.infer<typeof RootInfo>;

export const RootCreated = z.object({ root: z.string(), rootId: Id, created: z.boolean() });
export type RootCreated = z.infer<typeof RootCreated>;

export const Status = z.object({
  root: z.string(),
  profile: z.string(),
  legacy: z.object({ sources: Count, files: Count, bytes: Bytes }),
  snapshots: z.object({ count: Count, latest: Time.nullable() }),
  sessions: z.object({ count: Count, unsaved: Count }),
  backups: z.object({ count: Count, latest: Time.nullable() }),
  vault: z.object({ bytes: Bytes, objects: Count }),
  changedSince: z
    .object({
      snapshot: Id,
      added: Count,
      removed: Count,
      modified: Count,
      /** Where the snapshot does not cover the whole root: what it covers, and so all that was compared. */
      scope: Scope.optional(),
    })
    .nullable(),
});
export type Status = z.infer<typeof Status>;
