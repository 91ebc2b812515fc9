import type { Deleted, Snapshot } from '../../protocol/snapshots.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { deleting } from '../vault/deleting.ts';
import { putAside } from '../vault/put-aside.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { lostSnapshots } from '../vault/verify-records.ts';
import { damagedRecords, discardSnapshot, findSnapshot, hasSnapshot, syncSnapshots } from './manifest.ts';
import { settleVisits } from './visits/settle.ts';

/** `snapshot` is absent where its record is damaged or gone. */
interface Target {
  id: string;
  snapshot?: Snapshot;
  damaged: string[];
}

/**
 * Takes snapshots out of the list, all of them or none. Until a prune finds them deleted for a day, `undelete` brings them
 * back. One whose record is damaged or lost, named by its whole id, is given up: damaged records go to `quarantine/`, and
 * verify and prune go on without it. Nothing brings it back.
 *
 * @throws NOT_FOUND, AMBIGUOUS, CONFLICT for a pinned one, CORRUPT for a damaged one that is not named by its whole id,
 * NEWER_VERSION, LOCKED
 */
export async function deleteSnapshots(context: Context, references: readonly string[]): Promise<Deleted> {
  requireRoot(context);
  ensureVault(context);
  return deleting(context, async lock => {
    const targets = new Map<string, Target>();
    for (const reference of references) {
      const target = await findDeletable(context, reference);
      targets.set(target.id, target);
    }
    const pinned = [...targets.values()].find(({ snapshot }) => snapshot?.pinned);
    if (pinned) {
      throw new HoldfastError('CONFLICT', `Snapshot ${pinned.id} is pinned.`, {
        hint: `Unpin it first: holdfast snapshot unpin ${pinned.id}`,
      });
    }
    const givenUp: string[] = [];
    for (const { id, snapshot, damaged } of targets.values()) {
      lock.check();
      for (const record of damaged) putAside(context, record);
      if (snapshot) discardSnapshot(context, id);
      else givenUp.push(id);
      appendLog(context, {
        action: 'snapshot.delete',
        target: id,
        details: damaged.length > 0 ? { quarantined: damaged } : {},
      });
    }
    syncSnapshots(context);
    const deleted = [...targets.keys()];
    try {
      await settleVisits(context, deleted);
    } catch {
      // They are deleted; until somebody settles it, the access log asks the trash when.
    }
    return { deleted, ...(givenUp.length > 0 ? { givenUp } : {}) };
  });
}

/** @throws as `deleteSnapshots` */
async function findDeletable(context: Context, reference: string): Promise<Target> {
  const damaged = await damageOf(context, reference);
  if (damaged) return { id: reference, damaged };
  const snapshot = findSnapshot(context, reference);
  return { id: snapshot.id, snapshot, damaged: damagedRecords(context, snapshot.id) };
}

/**
 * The damaged records of a snapshot that cannot be read any more, none where its record is lost; `undefined` for every
 * other one.
 *
 * @param reference only a whole id: what is given up for good is not guessed
 */
export async function damageOf(context: Context, reference: string): Promise<string[] | undefined> {
  if (!/^[a-z2-7]{20}$/.test(reference)) return undefined;
  const damaged = damagedRecords(context, reference);
  const inList = damaged.includes(`snapshots/${reference}.json`);
  if (inList || (damaged.length > 0 && !hasSnapshot(context, reference))) return damaged;
  if (hasSnapshot(context, reference)) return undefined;
  return (await lostSnapshots(context, new Pace({}))).includes(reference) ? [] : undefined;
}
