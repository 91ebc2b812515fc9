import * as z from 'zod';
import { Labels, Snapshot, type SnapshotList } from '../../protocol/snapshots.ts';
import { type Context, vaultPath } from '../context.ts';
import { createDurably, removeQuietly, renameOver, syncDirectory, writeDurably } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { latestOf } from './order.ts';

/** `snapshots/<id>.json`: written last, so it is the one commit point of a snapshot. Never changed afterwards. */
const snapshotKind: RecordKind<Snapshot> = { kind: 'snapshot', version: 1, schema: Snapshot };

/** `labels/<id>.json`: the words of a snapshot after somebody changed them; absent before. */
const labelsKind: RecordKind<Labels> = { kind: 'labels', version: 1, schema: z.object(Labels.shape) };

/** @param store holds what the snapshot refers to. @throws PacksTaken */
export function commitSnapshot(context: Context, snapshot: Snapshot, store: Pick<ObjectStore, 'checkPacks'>): void {
  const bytes = encodeRecord(snapshotKind, snapshot, context.ports.now());
  const path = manifestPath(context, snapshot.id);
  if (!createDurably(context.ports, path, bytes, 0o600, () => store.checkPacks())) {
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

/** Whether it was deleted and can be brought back. */
export function isTrashed(context: Context, id: string): boolean {
  return context.ports.fs.existsSync(trashPath(context, id));
}

/** Also when it is a link that leads nowhere, which is damage. */
function isThere(context: Context, id: string): boolean {
  try {
    context.ports.fs.lstatSync(manifestPath(context, id));
    return true;
  } catch (error) {
    return !isAbsent(error);
  }
}

type Broken = SnapshotList['broken'][number];

export interface Manifests {
  snapshots: Snapshot[];
  /** What cannot be read, and why. It is shown, kept, and stops nothing else. */
  broken: Broken[];
}

/** All snapshots of the vault, with their labels as they are now. Reads no pack. */
export function readManifests(context: Context): Manifests {
  const result: Manifests = { snapshots: [], broken: [] };
  for (const { snapshot, broken } of eachManifest(context)) {
    if (snapshot) result.snapshots.push(snapshot);
    if (broken) result.broken.push(broken);
  }
  return result;
}

/** As `readManifests`, one at a time: for who keeps little of each. */
export function* eachManifest(
  context: Context,
): Generator<{ snapshot?: Snapshot; broken?: Broken; problem?: HoldfastError }> {
  const labelled = new Set(recordIds(context, 'labels'));
  for (const id of recordIds(context, 'snapshots')) {
    try {
      yield { snapshot: readManifest(context, id, labelled.has(id)) };
    } catch (error) {
      const problem = asHoldfastError(error);
      if (problem.code === 'FAILED') throw error;
      // Somebody deleted it meanwhile.
      if (isThere(context, id))
        yield { broken: { id, path: manifestPath(context, id), reason: problem.message }, problem };
    }
  }
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
  const latest = reference === 'latest' ? latestOf(snapshots) : undefined;
  return latest ?? resolveReference('snapshot', reference, snapshots);
}

/**
 * All snapshots with the labels that hold, for who decides by them what to delete: what cannot be read could be pinned.
 *
 * @throws CORRUPT, NEWER_VERSION naming the record
 */
export function* eachCertainManifest(context: Context): Generator<Snapshot> {
  for (const { snapshot, broken, problem } of eachManifest(context)) {
    if (problem?.code === 'NEWER_VERSION') throw problem;
    if (broken) throw new HoldfastError('CORRUPT', broken.reason, { path: broken.path, hint: undecided });
    if (snapshot) yield snapshot;
  }
  for (const id of recordIds(context, 'labels')) {
    try {
      readRecord(context.ports, labelsKind, labelsPath(context, id));
    } catch (error) {
      const { code, message } = asHoldfastError(error);
      throw new HoldfastError(code, message, { path: labelsPath(context, id), hint: undecided, cause: error });
    }
  }
}

const undecided = 'Nothing was deleted, since nobody can tell what this record says. See: holdfast vault verify';

/**
 * Which records of one snapshot are damaged, as paths in the vault.
 *
 * @throws NEWER_VERSION
 */
export function damagedRecords(context: Context, id: string): string[] {
  const reads: Record<string, () => unknown> = {
    snapshots: () => isThere(context, id) && readManifest(context, id, false),
    trash: () => readRecord(context.ports, snapshotKind, trashPath(context, id)),
    labels: () => readRecord(context.ports, labelsKind, labelsPath(context, id)),
  };
  return Object.entries(reads).flatMap(([directory, read]) => {
    try {
      read();
      return [];
    } catch (error) {
      if (HoldfastError.is(error, 'CORRUPT')) return [`${directory}/${id}.json`];
      throw error;
    }
  });
}

/** `trash/<id>.json`: a snapshot that was deleted, the file's mtime being the time of that. */
export interface Trashed {
  snapshot: Snapshot;
  /** Milliseconds. */
  deletedAt: number;
  path: string;
  bytes: number;
}

/** @throws CORRUPT, NEWER_VERSION naming the record */
export function* eachTrashed(context: Context): Generator<Trashed> {
  const { fs } = context.ports;
  for (const id of recordIds(context, 'trash')) {
    const path = trashPath(context, id);
    try {
      const { mtimeMs, size } = fs.statSync(path);
      const snapshot = readRecord(context.ports, snapshotKind, path);
      if (snapshot) yield { snapshot, deletedAt: mtimeMs, path, bytes: size };
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
}

/**
 * Takes a snapshot out of the list. It goes to the trash of the vault, with the time in the file's mtime; its objects stay
 * until prune.
 */
export function discardSnapshot(context: Context, id: string): void {
  const { ports } = context;
  const path = manifestPath(context, id);
  // Before the move: a process that dies in between leaves a snapshot that is as good as before.
  ports.fs.utimesSync(path, ports.now(), ports.now());
  renameOver(ports, path, trashPath(context, id));
}

/**
 * Puts it back into the list. While it is in the trash prune keeps what it holds.
 *
 * @throws NOT_FOUND; CONFLICT when there is one with this id: an import may have brought it, with more or less in it
 */
export function restoreDiscarded(context: Context, id: string): void {
  if (hasSnapshot(context, id)) {
    throw new HoldfastError('CONFLICT', `There is a snapshot ${id} in the list already.`, {
      hint: 'It was imported again since the other one was deleted. Nothing was changed.',
    });
  }
  try {
    renameOver(context.ports, trashPath(context, id), manifestPath(context, id));
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new HoldfastError('NOT_FOUND', `Snapshot ${id} is gone for good.`, { cause: error });
  }
}

/** The last step of `discardSnapshot` and of its undoing: the names survive a power cut, in this order. */
export function syncSnapshots({ ports, root }: Context): void {
  for (const directory of ['trash', 'snapshots']) syncDirectory(ports, vaultPath({ root }, directory));
}

/** Removes a snapshot from the trash, with its labels: nothing brings it back. */
export function removeForGood(context: Context, { snapshot, path }: Trashed): void {
  context.ports.fs.rmSync(path, { force: true });
  if (!hasSnapshot(context, snapshot.id)) removeQuietly(context.ports.fs, labelsPath(context, snapshot.id));
}

function trashPath(context: Context, id: string): string {
  return vaultPath(context, 'trash', `${id}.json`);
}

export function manifestPath(context: Context, id: string): string {
  return vaultPath(context, 'snapshots', `${id}.json`);
}

function labelsPath(context: Context, id: string): string {
  return vaultPath(context, 'labels', `${id}.json`);
}

function recordIds(context: Context, directory: 'snapshots' | 'labels' | 'trash'): string[] {
  try {
    const names = context.ports.fs.readdirSync(vaultPath(context, directory));
    return names.filter(name => /^[a-z0-9]{20,}\.json$/.test(name)).map(name => name.slice(0, -'.json'.length));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
