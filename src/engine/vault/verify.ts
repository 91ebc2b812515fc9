import type { VerifyVault } from '../../protocol/vault.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { at } from '../placement/plan.ts';
import type { Work } from '../ports.ts';
import { readManifests } from '../snapshots/manifest.ts';
import { encodeIndex, type IndexEntry, indexHeadLength } from './index-file.ts';
import { objectHash } from './object-id.ts';
import { ObjectIndex } from './object-index.ts';
import { entriesOf, listPacks, ObjectStore } from './object-store.ts';
import { readPack } from './pack.ts';
import { contentObjects, decodeTree } from './tree.ts';
import { readVaultRecord } from './vault-record.ts';

/** Damage below a tree, with paths relative to it. */
interface Damage {
  object: string;
  path: string;
  reason: string;
  /** Of the file that is damaged: its whole digest, to look for the same bytes in the live root. */
  sha256?: string;
}

/**
 * Checks that every object of every snapshot is there; with `readData`, that every byte of every pack is what it was.
 * What is damaged is named by object, snapshot and path. Changes nothing.
 */
export async function verifyVault(
  context: Context,
  { readData }: { readData: boolean },
  work: Work,
): Promise<VerifyVault> {
  requireRoot(context);
  const pace = new Pace(work);
  const result: VerifyVault = { ok: true, objects: 0, bytesRead: 0, damaged: [], repairable: 0 };
  const found = new Map<string, VerifyVault['damaged'][number]>();
  const repairable = new Set<string>();
  const report = (object: string, reason: string, snapshot?: string, path?: string) => {
    const entry = found.get(object) ?? { object, reason, snapshots: [], paths: [] };
    if (snapshot !== undefined && !entry.snapshots.includes(snapshot)) entry.snapshots.push(snapshot);
    if (path !== undefined && !entry.paths.includes(path)) entry.paths.push(path);
    found.set(object, entry);
  };
  try {
    readVaultRecord(context);
  } catch (error) {
    report('vault.json', asHoldfastError(error).message);
  }
  const present = readData ? await readPacks(context, result, report, pace) : undefined;
  const store = new ObjectStore(context);
  try {
    result.objects = present?.size ?? store.objects;
    const { snapshots, broken } = readManifests(context);
    for (const { id, reason } of broken) report(`snapshots/${id}.json`, reason, id, '');
    const has = (id: string) => (present ? present.find(id) !== undefined : store.has(id));
    const known = new Map<string, Damage[]>();
    for (const { id, tree } of snapshots) {
      for (const damage of await damageBelow(store, has, tree, known, pace)) {
        report(damage.object, damage.reason, id, damage.path);
        if (damage.sha256 && (await liveRootHas(context, damage.path, damage.sha256, pace)))
          repairable.add(damage.object);
      }
    }
  } finally {
    await store.close();
  }
  result.repairable = repairable.size;
  result.damaged = [...found.values()];
  result.ok = result.damaged.length === 0;
  return result;
}

/** Reads every pack to the last byte and says which objects are really in them. */
async function readPacks(
  context: Context,
  result: VerifyVault,
  report: (object: string, reason: string) => void,
  pace: Pace,
): Promise<ObjectIndex> {
  const { fs } = context.ports;
  const index = new ObjectIndex();
  const packs = listPacks(context);
  for (const [number, pack] of packs.entries()) {
    const path = vaultPath(context, 'packs', `${pack}.pack`);
    const entries: IndexEntry[] = [];
    try {
      if ((await digestOf(context, path, result, pace)) !== pack)
        report(`packs/${pack}.pack`, 'its bytes are not those that its name says');
      const damaged = (error: HoldfastError) => report(`packs/${pack}.pack`, error.message);
      for (const block of readPack(fs, path, damaged)) {
        entries.push(...entriesOf(block));
        if (pace.due()) await pace.breathe({ phase: 'Verifying', done: number, total: packs.length, unit: 'items' });
      }
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'CANCELLED') throw known;
      report(`packs/${pack}.pack`, known.message);
    }
    index.add(pack, encodeIndex(entries).subarray(indexHeadLength, -32));
  }
  return index;
}

async function digestOf(context: Context, path: string, result: VerifyVault, pace: Pace): Promise<string> {
  const { fs } = context.ports;
  const hash = objectHash();
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = fs.openSync(path, 'r');
  try {
    for (let read = fs.readSync(file, buffer); read > 0; read = fs.readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      result.bytesRead += read;
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(file);
  }
  return hash.digest('hex');
}

/** Each tree is looked at once, however many snapshots share it. */
async function damageBelow(
  store: ObjectStore,
  has: (id: string) => boolean,
  tree: string,
  known: Map<string, Damage[]>,
  pace: Pace,
): Promise<Damage[]> {
  const before = known.get(tree);
  if (before) return before;
  if (pace.due()) await pace.breathe();
  const damages: Damage[] = [];
  try {
    for (const entry of decodeTree(store.get(tree))) {
      if (entry.type === 'dir') {
        for (const damage of await damageBelow(store, has, entry.tree, known, pace)) {
          damages.push({ ...damage, path: damage.path === '' ? entry.name : `${entry.name}/${damage.path}` });
        }
      } else if (entry.type === 'file') {
        for (const object of contentObjects(entry)) {
          if (!has(object))
            damages.push({
              object,
              path: entry.name,
              reason: 'the vault does not have these bytes',
              sha256: entry.sha256,
            });
        }
      }
    }
  } catch (error) {
    if (!HoldfastError.is(error, 'CORRUPT')) throw error;
    damages.push({ object: tree, path: '', reason: error.message });
  }
  known.set(tree, damages);
  return damages;
}

async function liveRootHas(context: Context, path: string, sha256: string, pace: Pace): Promise<boolean> {
  try {
    return (await hashFile(context.ports.fs, at(context.root, path), pace)) === sha256;
  } catch (error) {
    if (HoldfastError.is(error)) throw error;
    return false;
  }
}
