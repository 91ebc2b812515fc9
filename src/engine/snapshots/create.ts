import {
  CreateSnapshot,
  type Labels,
  type Scope,
  type Snapshot,
  type SnapshotReason,
} from '../../protocol/snapshots.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import { checkedOutsideVault } from '../placement/home.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Ports, Work } from '../ports.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { packLengths, readScanCache, type ScanCache, writeScanCache } from '../vault/scan-cache.ts';
import { storing } from '../vault/storing.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { type Captured, capture } from './capture.ts';
import { captureLegacy } from './capture-legacy.ts';
import { getReady } from './find-unchanged.ts';
import { commitSnapshot, hasSnapshot, readManifests } from './manifest.ts';
import { readNewest, writeNewest } from './newest.ts';
import { inOrder } from './order.ts';
import { type Selection, selectionOf, withAlways } from './selection.ts';

/**
 * Captures the root, or a part of it. What could not be captured is in `skipped`.
 *
 * @throws ROOT_MISSING, INVALID_NAME (also for a path in the vault), NOT_FOUND (no such area or path), DISK_FULL, CANCELLED; then nothing was added
 */
export async function createSnapshot(context: Context, input: CreateSnapshot, work: Work): Promise<Snapshot> {
  requireRoot(context);
  const { paths, areas, legacy, ...labels } = CreateSnapshot.parse(input);
  if (legacy && paths.length + areas.length > 0) {
    throw new HoldfastError('USAGE', 'A snapshot of the legacy state takes all of it.', {
      hint: 'Give neither paths nor areas: those are of the root.',
    });
  }
  await settleRoot(context);
  for (const path of paths) requirePath(context, path);
  const scope = legacy ? { paths, areas, legacy: { secrets: [] } } : { paths, areas };
  const snapshot = await takeSnapshot(context, { reason: 'manual', scope, labels }, work);
  appendLog(context, {
    action: 'snapshot.create',
    target: snapshot.id,
    details: { files: snapshot.files, bytes: snapshot.bytes },
  });
  return snapshot;
}

/** A name that was mistyped would be found out when the snapshot is needed. */
function requirePath(context: Context, given: string): void {
  const path = checkedOutsideVault(given, context.ports.platform);
  if (liesBelow(context.ports, context.root, path)) return;
  throw new HoldfastError('NOT_FOUND', 'The root has nothing at this path.', {
    path: given,
    hint: 'Paths are relative to the root: see it with holdfast root show.',
  });
}

/** Whether something is there to be captured: what lies behind a link is not part of the root. */
function liesBelow(ports: Ports, base: string, path: string): boolean {
  const parts = path.split('/');
  const isDirectory = (_: string, end: number) =>
    end === 0 || lstatOf(ports, base, parts.slice(0, end).join('/'))?.isDirectory() === true;
  return parts.every(isDirectory) && lstatOf(ports, base, path) !== undefined;
}

interface Wanted {
  reason: SnapshotReason;
  scope: Scope;
  labels: Labels;
  /** Captured instead of the root: a directory outside it whose files are about to be overwritten. */
  base?: string;
  /** Captured even where `holdfast.exclude` leaves it out. */
  always?: readonly string[];
}

/** Captures and commits, without a line in the audit trail: also for the safety snapshots of other operations. */
export async function takeSnapshot(context: Context, wanted: Wanted, work: Work): Promise<Snapshot> {
  const { record } = ensureVault(context);
  return storing(context, store => takeInto(store, context, record.rootId, wanted, work));
}

async function takeInto(
  store: ObjectStore,
  context: Context,
  rootId: string,
  { reason, scope, labels, base, always = [] }: Wanted,
  work: Work,
): Promise<Snapshot> {
  const started = performance.now();
  const createdAt = context.ports.now().toISOString();
  const selection = withAlways(selectionOf(context, scope), always);
  const whole = base === undefined && !scope.legacy && scope.paths.length === 0 && scope.areas.length === 0;
  const key = captureKey(context);
  if (whole) getReady(context);
  const cache = base === undefined ? trustedCache(context, store, key) : undefined;
  store.rely(cache?.packs.keys() ?? []);
  const legacy = scope.legacy ? await captureLegacy(context, store, work) : undefined;
  const captured = legacy ?? (await captureWith(context, base ?? context.root, store, selection, cache, work));
  await store.flush();
  const id = newId(context.ports);
  const snapshot: Snapshot = {
    id,
    ...labels,
    reason,
    createdAt,
    rootId,
    host: context.ports.host.name,
    parent: parentOf(context),
    scope: legacy ? { ...scope, legacy: { secrets: legacy.secrets } } : scope,
    tree: captured.tree,
    files: captured.files,
    bytes: captured.bytes,
    newBytes: store.newBytes,
    storedBytes: store.storedBytes,
    durationMs: Math.round(performance.now() - started),
    skipped: captured.skipped,
  };
  commitSnapshot(context, snapshot, store);
  if (whole && 'directories' in captured) {
    if (!cache || !isAsBefore(captured, cache)) {
      // Those of before were measured when the cache was read.
      const lengthOf = packLengths(context);
      const packs = new Map(Array.from(store.packs, name => [name, cache?.packs.get(name) ?? lengthOf(name)]));
      writeScanCache(context, { key, packs, directories: captured.directories });
    }
    writeNewest(context, id);
  }
  return snapshot;
}

/** An object that the scan cache refers to and that is damaged, or lost with its pack, costs time: every file is read again. */
async function captureWith(
  context: Context,
  base: string,
  store: ObjectStore,
  selection: Selection,
  cache: ScanCache | undefined,
  work: Work,
): Promise<Captured> {
  try {
    const captured = await capture(context, base, store, selection, cache, work);
    if (captured.tree === cache?.directories.get('')?.tree || store.has(captured.tree)) return captured;
  } catch (error) {
    if (!cache || !HoldfastError.is(error, 'CORRUPT')) throw error;
  }
  return capture(context, base, store, selection, undefined, work);
}

/** What else than the files themselves decides what a capture holds. */
export function captureKey(context: Context): string {
  return JSON.stringify(context.settings.exclude);
}

/** The cache vouches for objects in certain packs. When one of these packs is gone, so is its word. */
export function trustedCache(context: Context, store: ObjectStore, key: string): ScanCache | undefined {
  const cache = readScanCache(context, key);
  const { packs } = store;
  return cache && [...cache.packs.keys()].every(pack => packs.has(pack)) ? cache : undefined;
}

function isAsBefore({ directories }: { directories: ScanCache['directories'] }, before: ScanCache): boolean {
  if (directories.size !== before.directories.size) return false;
  return [...directories].every(([path, directory]) => before.directories.get(path) === directory);
}

/** Known from a cache in the usual case, so that creating does not depend on how many snapshots there are. */
function parentOf(context: Context): string | null {
  const newest = readNewest(context);
  if (newest !== undefined && hasSnapshot(context, newest)) return newest;
  return inOrder(readManifests(context).snapshots).at(-1)?.id ?? null;
}
