import * as z from 'zod';
import { Bytes, Count, Id, Omission, Time } from './common.ts';

/** What to keep (docs/retention.md): rules add up. None at all: everything is kept. */
export const RetentionPolicy = z.object({
  keepLast: Count.optional(),
  keepHourly: Count.optional(),
  keepDaily: Count.optional(),
  keepWeekly: Count.optional(),
  keepMonthly: Count.optional(),
  /** `30d`, `1y6m`, …, counted back from the newest snapshot. */
  keepWithin: z.string().optional(),
  keepTags: z.array(z.string().min(1, 'a tag is not empty')).optional(),
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/** Which versions of sessions to keep besides the newest. Neither: all. */
export const VersionPolicy = z.object({
  versionsKeepLast: z.number().int().positive().optional(),
  versionsKeepWithin: z.string().optional(),
});
export type VersionPolicy = z.infer<typeof VersionPolicy>;

/** Rules given here replace those of the setting `holdfast.retention` altogether. */
export const PruneVault = RetentionPolicy.extend({
  /** How long what is deleted can still be brought back: `24h` by default, `0` for not at all. */
  grace: z.string().default('24h'),
  dryRun: z.boolean().default(false),
});
export type PruneVault = z.input<typeof PruneVault>;

export const PruneResult = z.object({
  dryRun: z.boolean(),
  grace: z.string(),
  snapshots: z.array(
    z.object({ id: Id, title: z.string(), createdAt: Time, keep: z.boolean(), reasons: z.array(z.string()) }),
  ),
  /** Deleted snapshots: how many can still be brought back, and how many are gone for good now. */
  trash: z.object({ kept: Count, removed: Count }),
  versions: z.object({ kept: Count, removed: Count }),
  packs: z.object({ kept: Count, marked: Count, rewritten: Count, deleted: Count }),
  /** What was removed, less what was written anew. */
  bytesReclaimed: z.number().int(),
  /** What a prune after the grace period will remove. */
  bytesPending: Bytes,
  /** What could not be removed or read, and was therefore kept. */
  kept: z.array(Omission),
});
export type PruneResult = z.infer<typeof PruneResult>;
