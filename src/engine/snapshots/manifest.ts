import * as z from 'zod';
import { Labels, Snapshot } from '../../protocol/snapshots.ts';
import { type Context, vaultPath } from '../context.ts';
import { createDurably, writeDurably } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';

/** `snapshots/<id>.json`: written last, so it is the one commit point of a snapshot. Never changed afterwards. */
const snapshotKind: RecordKind<Snapshot> = { kind: 'snapshot', version: 1, schema: Snapshot };

/** `labels/<id>.json`: the words of a snapshot after somebody changed them; absent before. */
const labelsKind: RecordKind<Labels> = { kind: 'labels', version: 1, schema: z.object(Labels.shape) };

export function commitSnapshot(context: Context, snapshot: Snapshot): void {
  const bytes = encodeRecord(snapshotKind, snapshot, context.ports.now());
  if (!createDurably(context.ports, manifestPath(context, snapshot.id), bytes)) {
    throw new HoldfastError('CONFLICT', `There is a snapshot ${snapshot.id} already.`);
  }
}

export function writeLabels(context: Context, id: string, labels: Labels): void {
  writeDurably(context.ports, labelsPath(context, id), encodeRecord(labelsKind, labels, context.ports.now()));
}

/** Whether this snapshot is there: cheaper than reading it. */
export function hasSnapshot(context: Context, id: string): boolean {
  return context.ports.fs.existsSync(manifestPath(context, id));
}

export interface Manifests {
  snapshots: Snapshot[];
  /** What cannot be read, and why. It is shown, kept, and stops nothing else. */
  broken: { id: string; path: string; reason: string }[];
}

/** All snapshots of the vault, with their labels as they are now. Reads no pack. */
export function readManifests(context: Context): Manifests {
  const labelled = new Set(recordIds(context, 'labels'));
  const result: Manifests = { snapshots: [], broken: [] };
  for (const id of recordIds(context, 'snapshots')) {
    try {
      result.snapshots.push(readManifest(context, id, labelled.has(id)));
    } catch (error) {
      const { code, message } = asHoldfastError(error);
      if (code === 'FAILED') throw error;
      result.broken.push({ id, path: manifestPath(context, id), reason: message });
    }
  }
  return result;
}

function readManifest(context: Context, id: string, labelled: boolean): Snapshot {
  const snapshot = readRecord(context.ports, snapshotKind, manifestPath(context, id));
  if (!snapshot) throw new HoldfastError('CORRUPT', 'The snapshot vanished while it was read.');
  if (snapshot.id !== id)
    throw new HoldfastError('CORRUPT', 'The snapshot record is damaged: it has the id of another one.');
  const labels = labelled ? readLabels(context, id) : undefined;
  return { ...snapshot, ...labels };
}

/** Damaged labels cost the words, not the snapshot: then those it was made with are shown. */
function readLabels(context: Context, id: string): Labels | undefined {
  try {
    return readRecord(context.ports, labelsKind, labelsPath(context, id));
  } catch (error) {
    if (HoldfastError.is(error, 'CORRUPT')) return undefined;
    throw error;
  }
}

/**
 * The snapshot that `reference` names (an id or unique prefix, `latest`, a title).
 *
 * @throws NOT_FOUND, AMBIGUOUS, CORRUPT when its manifest is damaged
 */
export function findSnapshot(context: Context, reference: string): Snapshot {
  const exact = /^[a-z2-7]{20}$/.test(reference) && hasSnapshot(context, reference);
  if (exact) return readManifest(context, reference, context.ports.fs.existsSync(labelsPath(context, reference)));
  const { snapshots, broken } = readManifests(context);
  const damaged = broken.find(({ id }) => reference.length > 0 && id.startsWith(reference));
  if (damaged && !snapshots.some(({ id }) => id.startsWith(reference))) {
    throw new HoldfastError('CORRUPT', damaged.reason, {
      path: damaged.path,
      hint: 'Other snapshots are not affected. Run: holdfast vault verify',
    });
  }
  return resolveReference('snapshot', reference, snapshots);
}

/**
 * Takes a snapshot out of the list. It goes to the trash of the vault; its objects stay until prune.
 */
export function discardSnapshot(context: Context, id: string): void {
  const { fs } = context.ports;
  fs.renameSync(manifestPath(context, id), vaultPath(context, 'trash', `${id}.json`));
}

export function manifestPath(context: Context, id: string): string {
  return vaultPath(context, 'snapshots', `${id}.json`);
}

function labelsPath(context: Context, id: string): string {
  return vaultPath(context, 'labels', `${id}.json`);
}

function recordIds(context: Context, directory: 'snapshots' | 'labels'): string[] {
  try {
    const names = context.ports.fs.readdirSync(vaultPath(context, directory));
    return names.filter(name => /^[a-z0-9]{20,}\.json$/.test(name)).map(name => name.slice(0, -'.json'.length));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
