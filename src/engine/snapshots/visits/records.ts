import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Count, Id, Time } from '../../../protocol/common.ts';
import { type Context, vaultPath } from '../../context.ts';
import { makeDirectory, writeDurably } from '../../durable.ts';
import { HoldfastError, isAbsent } from '../../errors.ts';
import { withLock } from '../../lock.ts';
import { encodeRecord, type RecordKind, readRecord } from '../../record.ts';
import { objectId } from '../../vault/object-id.ts';

/** `visits/<snapshot id>__<visitor key>.json`: one visitor's visits of one snapshot. */
const VisitRecord = z.object({
  snapshotId: Id,
  visitor: z.string(),
  visits: Count,
  firstVisitedAt: Time,
  lastVisitedAt: Time,
  title: z.string(),
  snapshotDeletedAt: Time.nullable(),
  /** How many were counted since a moment less than a minute ago: the limit is by this. */
  minute: z.object({ since: Time, visits: Count }),
});
export type VisitRecord = z.infer<typeof VisitRecord>;
const visitKind: RecordKind<VisitRecord> = { kind: 'visit', version: 1, schema: VisitRecord };

/** Anything can be somebody's name; not everything can be a file's. */
export function visitName(snapshotId: string, visitor: string): string {
  return `${snapshotId}__${objectId(Buffer.from(visitor)).slice(0, 32)}`;
}

export function visitPath(context: Context, name: string): string {
  return vaultPath(context, 'visits', `${name}.json`);
}

/** The names of all records; those of one snapshot begin with its id. */
export function visitNames(context: Context): string[] {
  try {
    return context.ports.fs
      .readdirSync(vaultPath(context, 'visits'))
      .filter(name => /^[a-z0-9]{20,}__[0-9a-f]{32}\.json$/.test(name))
      .map(name => name.slice(0, -'.json'.length));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

export function readVisit(context: Context, name: string): VisitRecord | undefined {
  return readRecord(context.ports, visitKind, visitPath(context, name));
}

/** Each holder needs a few milliseconds; whoever waits longer than this waits for one that stands still. */
const patience = 30_000;

/**
 * Replaces one record by what `change` makes of it, as the only one who does. Waits for its turn.
 *
 * @param change returns `undefined` to leave it as it is
 * @throws LOCKED after 30 s
 */
export async function changeVisit(
  context: Context,
  name: string,
  change: (before: VisitRecord | undefined) => VisitRecord | undefined,
): Promise<void> {
  const { ports } = context;
  makeDirectory(ports, vaultPath(context, 'visits'));
  const lock = vaultPath(context, 'locks', `visit-${name}.json`);
  for (const end = performance.now() + patience; ; ) {
    try {
      return await withLock(ports, lock, async () => {
        const after = change(readVisit(context, name));
        if (after) writeDurably(ports, visitPath(context, name), encodeRecord(visitKind, after, ports.now()));
      });
    } catch (error) {
      if (!HoldfastError.is(error, 'LOCKED') || performance.now() > end) throw error;
      await sleep(2 + Math.random() * 20);
    }
  }
}
