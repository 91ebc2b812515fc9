import * as z from 'zod';
import { Bytes, Count, Id, Omission, RootPath, Sha256, Time } from './common.ts';

export const PlanAction = z.enum(['copy', 'upgrade', 'identical', 'conflict']);
export type PlanAction = z.infer<typeof PlanAction>;

/**
 * One legacy file and where it goes. `source` is absolute, or relative to the workspace when it lies inside;
 * `target` is root-relative; `sha256` and `bytes` are those of the source (of a link: of the text that it holds).
 */
export const PlanItem = z.object({
  id: z.string(),
  source: z.string(),
  target: RootPath,
  action: PlanAction,
  bytes: Bytes,
  sha256: Sha256,
  /** Its content is never shown. */
  secret: z.boolean(),
  schema: z.string().optional(),
  note: z.string().optional(),
});
export type PlanItem = z.infer<typeof PlanItem>;

export const MigrationPlan = z.object({
  planId: Id,
  profile: z.string(),
  root: z.string(),
  items: z.array(PlanItem),
  omitted: z.array(Omission),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
  totals: z.object({
    files: Count,
    bytes: Bytes,
    copy: Count,
    upgrade: Count,
    identical: Count,
    conflict: Count,
  }),
});
export type MigrationPlan = z.infer<typeof MigrationPlan>;

export const PlanMigration = z.object({
  from: z.array(z.string()).default([]),
  set: z.record(z.string(), z.string()).default({}),
});
export type PlanMigration = z.input<typeof PlanMigration>;

export const ConflictPolicy = z.enum(['fail', 'keep-target', 'keep-source', 'keep-both', 'keep-newer']);
export type ConflictPolicy = z.infer<typeof ConflictPolicy>;

export const ApplyMigration = PlanMigration.extend({
  plan: z.string().optional(),
  onConflict: ConflictPolicy.default('fail'),
  /** For single items of the plan, by id; the others follow `onConflict`. */
  resolutions: z.record(z.string(), ConflictPolicy).default({}),
  after: z.enum(['keep', 'link']).default('keep'),
  dryRun: z.boolean().default(false),
});
export type ApplyMigration = z.input<typeof ApplyMigration>;

export const ApplyResult = z.object({
  migrationId: Id.nullable(),
  planId: Id,
  status: z.enum(['completed', 'nothing-to-do']),
  copied: Count,
  upgraded: Count,
  identical: Count,
  conflicts: z.array(z.object({ source: z.string(), target: RootPath, resolution: ConflictPolicy })),
  omitted: z.array(Omission),
  verified: Count,
  safetySnapshot: Id.nullable(),
  dryRun: z.boolean(),
});
export type ApplyResult = z.infer<typeof ApplyResult>;

export const Migration = z.object({
  id: Id,
  planId: Id,
  profile: z.string(),
  status: z.enum(['applying', 'completed', 'undone']),
  createdAt: Time,
  files: Count,
  bytes: Bytes,
});
export type Migration = z.infer<typeof Migration>;

export const MigrationList = z.object({ migrations: z.array(Migration) });
export type MigrationList = z.infer<typeof MigrationList>;
/** Over HTTP, where every list comes in pages. */
export const MigrationPage = MigrationList.extend({ nextCursor: z.string().nullable(), total: Count });
export const MigrationDetails = Migration.extend({ plan: MigrationPlan, safetySnapshot: Id.nullable() });
export type MigrationDetails = z.infer<typeof MigrationDetails>;

export const UndoResult = z.object({
  migrationId: Id,
  status: z.literal('undone'),
  removed: Count,
  restored: Count,
  safetySnapshot: Id.nullable(),
});
export type UndoResult = z.infer<typeof UndoResult>;

export const CleanupResult = z.object({
  migrationId: Id,
  removed: Count,
  /** Sources that stay, and why. */
  omitted: z.array(Omission),
  safetySnapshot: Id,
});
export type CleanupResult = z.infer<typeof CleanupResult>;
