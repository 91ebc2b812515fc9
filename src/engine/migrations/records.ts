import * as z from 'zod';
import { Id } from '../../protocol/common.ts';
import { ApplyResult, Migration, MigrationPlan, PlanItem } from '../../protocol/migrations.ts';
import { type Context, vaultPath } from '../context.ts';
import { removeQuietly, writeDurably } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { resolveReference } from '../id.ts';
import type { Pace } from '../pace.ts';
import { type RecordKind, readLongRecord, readRecord, recordPieces } from '../record.ts';

const StoredPlan = z.object({
  plan: MigrationPlan,
  input: z.object({ from: z.array(z.string()), set: z.record(z.string(), z.string()) }),
});
/** `plans/<id>.json`: a plan and what it was made from, so that it can be made again and seen to be stale. */
export type StoredPlan = z.infer<typeof StoredPlan>;
// Version 1 held all that was wanted once more, which nobody read: a plan is made again before it is carried out.
const planKind: RecordKind<StoredPlan> = {
  kind: 'plan',
  version: 2,
  schema: StoredPlan,
  upgrades: { 1: body => body },
};

/** What was put into the root: enough to tell later edits, and to take it out again. */
export interface PlacedFile {
  path: string;
  sha256: string;
  type: 'file' | 'link';
  mode: number;
  mtime: string;
  replaced: boolean;
  upgraded: boolean;
  /** Where it came from: absolute, since that may be anywhere. */
  source: string;
}

/** A placed file as it is kept: what the plan's item says already is left away. */
const PlacedRow = z.object({
  /** Its number among the plan's items. */
  item: z.number().int().nonnegative().optional(),
  mode: z.number().int(),
  mtime: z.string(),
  path: z.string().optional(),
  sha256: z.string().optional(),
  source: z.string().optional(),
  type: z.enum(['file', 'link']).optional(),
  replaced: z.boolean().optional(),
  upgraded: z.boolean().optional(),
});
type PlacedRow = z.infer<typeof PlacedRow>;

const Directory = z.object({ path: z.string(), mode: z.number().int(), mtime: z.string() });

const MigrationRecord = Migration.extend({
  plan: MigrationPlan,
  /** What the plan was made from; null in records from before version 2. */
  input: StoredPlan.shape.input.nullable(),
  safetySnapshot: Id.nullable(),
  placed: z.array(PlacedRow),
  /** Around the sources; absolute. Empty until something is done to the sources. */
  oldDirectories: z.array(Directory),
  /**
   * Source directories that were to become links, and the directories of the root that they lead to. `aside`: where such a
   * directory lies, whole, while one takes the other's place; absolute, as `path`.
   */
  linkedDirectories: z.array(z.object({ path: z.string(), target: z.string(), aside: z.string() })).optional(),
  madeDirectories: z.array(z.string()),
  /** Directories that were there before, with their times, so that undoing leaves no trace. */
  touchedDirectories: z.array(Directory),
  result: ApplyResult,
});
type MigrationRecord = z.infer<typeof MigrationRecord>;
const migrationKind: RecordKind<MigrationRecord> = {
  kind: 'migration',
  version: 2,
  schema: MigrationRecord,
  longLists: { items: PlanItem, placed: PlacedRow },
  // The rows of version 1 say everything themselves.
  upgrades: { 1: body => ({ ...(body as object), input: null }) },
};
/** What a migration says besides its files, of which there may be a hundred thousand. */
export type MigrationHead = Omit<MigrationRecord, 'plan' | 'placed'>;

/** `migrations/<id>.json`: written as `applying` before the first change, so that a crash leaves a trace. */
export type StoredMigration = Omit<MigrationRecord, 'placed'> & { placed: PlacedFile[] };

export function writePlan(context: Context, { plan, input }: StoredPlan): void {
  const pieces = recordPieces(planKind, { plan, input }, context.ports.now());
  writeDurably(context.ports, planPath(context, plan.planId), pieces);
}

/** @throws NOT_FOUND, AMBIGUOUS */
export function findPlan(context: Context, reference: string): StoredPlan {
  const plans = recordIds(context, 'plans').map(id => ({
    id,
    createdAt: reference === 'latest' ? writtenAt(context, planPath(context, id)) : '',
  }));
  const { id } = resolveReference('plan', reference, plans);
  const stored = readRecord(context.ports, planKind, planPath(context, id));
  if (!stored)
    throw new HoldfastError('NOT_FOUND', `There is no plan "${reference}".`, {
      hint: 'Make one with: holdfast migrate plan',
    });
  return stored;
}

/** When the file of a record was written, as text that sorts by it: nobody has to read a hundred thousand items to know. */
function writtenAt({ ports }: Context, file: string): string {
  const { mtimeNs } = ports.fs.lstatSync(file, { bigint: true });
  return String(mtimeNs).padStart(20, '0');
}

export function writeMigration(context: Context, migration: StoredMigration): void {
  const record: MigrationRecord = { ...migration, placed: rowsOf(migration) };
  const pieces = recordPieces(migrationKind, record, context.ports.now());
  writeDurably(context.ports, migrationPath(context, migration.id), pieces);
}

function rowsOf({ plan, placed }: StoredMigration): PlacedRow[] {
  const numbers = new Map(plan.items.map(({ target }, number) => [target, number]));
  return placed.map(one => {
    const number = numbers.get(one.path);
    const item = number === undefined ? undefined : plan.items[number];
    const row: PlacedRow = { mode: one.mode, mtime: one.mtime };
    if (item) row.item = number;
    else row.path = one.path;
    if (one.sha256 !== item?.sha256) row.sha256 = one.sha256;
    if (one.source !== item?.source) row.source = one.source;
    if (one.type !== 'file') row.type = one.type;
    if (one.replaced) row.replaced = true;
    if (one.upgraded) row.upgraded = true;
    return row;
  });
}

function storedFrom(record: MigrationRecord, rows: readonly PlacedRow[], path: string): StoredMigration {
  const placed = rows.map((row): PlacedFile => {
    const item = row.item === undefined ? undefined : record.plan.items[row.item];
    const place = row.path ?? item?.target;
    const sha256 = row.sha256 ?? item?.sha256;
    const source = row.source ?? item?.source;
    if (place === undefined || sha256 === undefined || source === undefined) {
      throw new HoldfastError('CORRUPT', 'The migration record names a file that its plan does not have.', {
        path,
        hint: 'Other records are not affected. Run: holdfast vault verify',
      });
    }
    const { mode, mtime, type = 'file', replaced = false, upgraded = false } = row;
    return { path: place, sha256, type, mode, mtime, replaced, upgraded, source };
  });
  return { ...record, placed };
}

export function removeMigration(context: Context, id: string): void {
  removeQuietly(context.ports.fs, migrationPath(context, id));
}

/** All migrations, newest first. @throws CORRUPT naming the record */
export function readMigrationHeads(context: Context): MigrationHead[] {
  return recordIds(context, 'migrations')
    .flatMap(id => readRecord(context.ports, migrationKind, migrationPath(context, id)) ?? [])
    .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

/** Migrations with their files, one at a time. @throws CORRUPT naming the record */
export async function* wholeMigrations(
  context: Context,
  heads: readonly Pick<MigrationHead, 'id'>[],
  pace: Pace,
): AsyncGenerator<StoredMigration> {
  for (const { id } of heads) {
    const path = migrationPath(context, id);
    const record = await readLongRecord(context.ports, migrationKind, path, pace);
    if (!record) continue;
    const { body, lists } = record;
    body.plan.items = lists.get('items') as PlanItem[];
    yield storedFrom(body, lists.get('placed') as PlacedRow[], path);
  }
}

/** @throws NOT_FOUND, AMBIGUOUS */
export async function findMigration(context: Context, reference: string, pace: Pace): Promise<StoredMigration> {
  const isId = recordIds(context, 'migrations').includes(reference);
  const head = isId ? { id: reference } : resolveReference('migration', reference, readMigrationHeads(context));
  for await (const migration of wholeMigrations(context, [head], pace)) return migration;
  throw new HoldfastError('NOT_FOUND', `There is no migration "${reference}" any more.`);
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
