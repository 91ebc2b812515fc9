import * as z from 'zod';
import { Id } from '../../protocol/common.ts';
import { ApplyResult, Migration, MigrationPlan } from '../../protocol/migrations.ts';
import { type Context, vaultPath } from '../context.ts';
import { removeQuietly, writeDurably } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';

const Wanted = z.object({
  path: z.string(),
  type: z.enum(['file', 'dir', 'link']),
  mode: z.number().int(),
  mtime: z.string(),
  size: z.number().int().nonnegative(),
  sha256: z.string().optional(),
  target: z.string().optional(),
  implied: z.boolean().optional(),
});

const StoredPlan = z.object({
  plan: MigrationPlan,
  input: z.object({ from: z.array(z.string()), set: z.record(z.string(), z.string()) }),
  wanted: z.array(Wanted),
  /** Target to absolute source. */
  sources: z.record(z.string(), z.string()),
});
/** `plans/<id>.json`: a plan with what is needed to carry it out, or to notice that it is stale. */
export type StoredPlan = {
  plan: MigrationPlan;
  input: { from: string[]; set: Record<string, string> };
  wanted: import('../placement/wanted.ts').Wanted[];
  sources: Record<string, string>;
};
const planKind: RecordKind<StoredPlan> = { kind: 'plan', version: 1, schema: StoredPlan as z.ZodType<StoredPlan> };

const StoredMigration = Migration.extend({
  plan: MigrationPlan,
  safetySnapshot: Id.nullable(),
  /** What was put into the root: enough to tell later edits, and to take it out again. */
  placed: z.array(
    z.object({
      path: z.string(),
      sha256: z.string(),
      type: z.enum(['file', 'link']),
      mode: z.number().int(),
      mtime: z.string(),
      replaced: z.boolean(),
      upgraded: z.boolean(),
      /** Where it came from: absolute, since that may be anywhere. */
      source: z.string(),
    }),
  ),
  /** Around the sources; absolute. Empty until something is done to the sources. */
  oldDirectories: z.array(z.object({ path: z.string(), mode: z.number().int(), mtime: z.string() })),
  /**
   * Source directories that were to become links, and the directories of the root that they lead to. `aside`: where such a
   * directory lies, whole, while one takes the other's place; absolute, as `path`.
   */
  linkedDirectories: z.array(z.object({ path: z.string(), target: z.string(), aside: z.string() })).optional(),
  madeDirectories: z.array(z.string()),
  /** Directories that were there before, with their times, so that undoing leaves no trace. */
  touchedDirectories: z.array(z.object({ path: z.string(), mode: z.number().int(), mtime: z.string() })),
  result: ApplyResult,
});
/** `migrations/<id>.json`: written as `applying` before the first change, so that a crash leaves a trace. */
export type StoredMigration = z.infer<typeof StoredMigration>;
const migrationKind: RecordKind<StoredMigration> = { kind: 'migration', version: 1, schema: StoredMigration };

export function writePlan(context: Context, stored: StoredPlan): void {
  writeDurably(
    context.ports,
    planPath(context, stored.plan.planId),
    encodeRecord(planKind, stored, context.ports.now()),
  );
}

/** @throws NOT_FOUND, AMBIGUOUS */
export function findPlan(context: Context, reference: string): StoredPlan {
  const plans = recordIds(context, 'plans').map(id => ({ id, createdAt: '' }));
  if (reference === 'latest') {
    throw new HoldfastError('NOT_FOUND', 'A plan has to be named by its id.', {
      hint: 'Make one with: holdfast migrate plan',
    });
  }
  const { id } = resolveReference('plan', reference, plans);
  const stored = readRecord(context.ports, planKind, planPath(context, id));
  if (!stored)
    throw new HoldfastError('NOT_FOUND', `There is no plan "${reference}".`, {
      hint: 'Make one with: holdfast migrate plan',
    });
  return stored;
}

export function writeMigration(context: Context, migration: StoredMigration): void {
  writeDurably(
    context.ports,
    migrationPath(context, migration.id),
    encodeRecord(migrationKind, migration, context.ports.now()),
  );
}

export function removeMigration(context: Context, id: string): void {
  removeQuietly(context.ports.fs, migrationPath(context, id));
}

/** All migrations, newest first. @throws CORRUPT naming the record */
export function readMigrations(context: Context): StoredMigration[] {
  const migrations = recordIds(context, 'migrations').flatMap(
    id => readRecord(context.ports, migrationKind, migrationPath(context, id)) ?? [],
  );
  return migrations.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

/** @throws NOT_FOUND, AMBIGUOUS */
export function findMigration(context: Context, reference: string): StoredMigration {
  return resolveReference('migration', reference, readMigrations(context));
}

/** Held by whoever applies or undoes: of two at once, one is told LOCKED before it looks at anything. */
export function migrationLock(context: Context): string {
  return vaultPath(context, 'locks', 'migrate.json');
}

function planPath(context: Context, id: string): string {
  return vaultPath(context, 'plans', `${id}.json`);
}

function migrationPath(context: Context, id: string): string {
  return vaultPath(context, 'migrations', `${id}.json`);
}

function recordIds(context: Context, directory: 'plans' | 'migrations'): string[] {
  try {
    const names = context.ports.fs.readdirSync(vaultPath(context, directory));
    return names.filter(name => /^[a-z0-9]{20,}\.json$/.test(name)).map(name => name.slice(0, -'.json'.length));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw asHoldfastError(error);
  }
}
