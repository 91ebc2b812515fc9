import * as z from 'zod';
import { Count, Id, ListQuery, Time } from './common.ts';
import { BrokenRecord } from './snapshots.ts';

/** How often, and when, somebody opened, exported or restored a snapshot. Taking one is no visit. */
export const Visit = z.object({
  snapshotId: Id,
  visitor: z.string(),
  visits: Count,
  firstVisitedAt: Time,
  lastVisitedAt: Time,
  snapshotDeleted: z.boolean(),
  /** Null while the snapshot is there, and where nobody can tell any more. */
  snapshotDeletedAt: Time.nullable(),
  /** Of a deleted snapshot: as it was at the last visit. */
  title: z.string(),
});
export type Visit = z.infer<typeof Visit>;

export const VisitList = z.object({
  visits: z.array(Visit),
  nextCursor: z.string().nullable(),
  total: Count,
  broken: z.array(BrokenRecord),
});
export type VisitList = z.infer<typeof VisitList>;

/** `snapshot`: only visits of this one, by id, unique prefix, `latest` or title; also of one that was deleted, by id. */
export const VisitQuery = ListQuery.omit({ tag: true }).extend({ snapshot: z.string().optional() });
export type VisitQuery = z.infer<typeof VisitQuery>;
