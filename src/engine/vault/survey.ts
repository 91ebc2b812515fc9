import type { VerifyVault } from '../../protocol/vault.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { encodeIndex, type IndexEntry, indexHeadLength } from './index-file.ts';
import { objectHash } from './object-id.ts';
import { ObjectIndex } from './object-index.ts';
import { entriesOf, listPacks, ObjectStore } from './object-store.ts';
import { readPack } from './pack.ts';
import { chunkLength, contentObjects, decodeTree } from './tree.ts';
import { checkRecords } from './verify-records.ts';
import { treeRoots } from './verify-roots.ts';

/** Where in the live root an object's bytes would lie, if the file is still what it was. */
export interface Candidate {
  path: string;
  offset: number;
  length: number;
  /** Of the whole file. */
  size: number;
}

export type Damaged = VerifyVault['damaged'][number] & {
  kind: 'content' | 'tree' | 'pack' | 'record';
  candidates: Candidate[];
};

/** What a vault holds, as it was found to be. */
export interface Survey {
  objects: number;
  bytesRead: number;
  damaged: Damaged[];
  /** Only when every byte was read: the objects of packs without damage, and what can be read of the others. */
  good: ObjectIndex;
  salvaged: Map<string, Set<string>>;
  /** The trees that records refer to. */
  trees: ReadonlySet<string>;
}

/** Damage below a tree, with paths relative to it. */
interface Damage {
  object: string;
  kind: 'content' | 'tree';
  reason: string;
  path: string;
  place?: Omit<Candidate, 'path'>;
}

/**
 * Looks at every record and every object that records refer to; with `readData`, at every byte of every pack. Damage is
 * named by object, snapshot and path. Changes nothing.
 */
export async function surveyVault(context: Context, { readData }: { readData: boolean }, work: Work): Promise<Survey> {
  requireRoot(context);
  const pace = new Pace(work);
  const found = new Map<string, Damaged>();
  const survey: Survey = {
    objects: 0,
    bytesRead: 0,
    damaged: [],
    good: new ObjectIndex(),
    salvaged: new Map(),
    trees: new Set(),
  };
  const report = (object: string, kind: Damaged['kind'], reason: string): Damaged => {
    const entry = found.get(object) ?? { object, kind, reason, snapshots: [], paths: [], candidates: [] };
    found.set(object, entry);
    return entry;
  };
  await checkRecords(
    context,
    (record, reason, snapshot) => {
      const entry = report(record, 'record', reason);
      if (snapshot !== undefined) addTo(entry.snapshots, snapshot);
    },
    pace,
  );
  if (readData) await readPacks(context, survey, (pack, reason) => report(`packs/${pack}.pack`, 'pack', reason), pace);
  const store = new ObjectStore(context);
  try {
    survey.objects = readData
      ? [...survey.salvaged.values()].reduce((sum, { size }) => sum + size, survey.good.size)
      : store.objects;
    const readable = (id: string) => {
      const place = store.locate(id);
      if (!place || !readData) return place !== undefined;
      // A restore reads the copy that is found first: another one elsewhere helps only after a repair.
      return survey.salvaged.get(place.pack)?.has(id) ?? survey.good.find(id) !== undefined;
    };
    const known = new Map<string, Damage[]>();
    for (const { tree, snapshot, version, livePath } of treeRoots(context)) {
      for (const damage of await damageBelow(store, readable, tree, known, pace)) {
        const entry = report(damage.object, damage.kind, damage.reason);
        const path = livePath(damage.path);
        if (snapshot !== undefined) addTo(entry.snapshots, snapshot);
        if (version !== undefined) {
          entry.versions ??= [];
          addTo(entry.versions, version);
        }
        if (entry.paths.includes(path)) continue;
        entry.paths.push(path);
        if (damage.place) entry.candidates.push({ path, ...damage.place });
      }
    }
    survey.trees = new Set(known.keys());
  } finally {
    await store.close();
  }
  survey.damaged = [...found.values()];
  return survey;
}

function addTo(list: string[], one: string): void {
  if (!list.includes(one)) list.push(one);
}

/** Reads every pack to the last byte and says which objects are really in it. */
async function readPacks(
  context: Context,
  survey: Survey,
  report: (pack: string, reason: string) => void,
  pace: Pace,
): Promise<void> {
  const { fs } = context.ports;
  const packs = listPacks(context);
  for (const [number, pack] of packs.entries()) {
    const path = vaultPath(context, 'packs', `${pack}.pack`);
    const entries: IndexEntry[] = [];
    let damaged = false;
    const damage = (reason: string) => {
      damaged = true;
      report(pack, reason);
    };
    try {
      if ((await digestOf(context, path, survey, pace)) !== pack) damage('its bytes are not those that its name says');
      for (const block of readPack(fs, path, error => damage(error.message))) {
        entries.push(...entriesOf(block));
        if (pace.due()) await pace.breathe({ phase: 'Verifying', done: number, total: packs.length, unit: 'items' });
      }
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'CANCELLED') throw known;
      damage(known.message);
    }
    if (damaged) survey.salvaged.set(pack, new Set(entries.map(({ id }) => id)));
    else survey.good.add(pack, encodeIndex(entries).subarray(indexHeadLength, -32));
  }
}

async function digestOf(context: Context, path: string, survey: Survey, pace: Pace): Promise<string> {
  const { fs } = context.ports;
  const hash = objectHash();
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = fs.openSync(path, 'r');
  try {
    for (let read = fs.readSync(file, buffer); read > 0; read = fs.readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      survey.bytesRead += read;
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(file);
  }
  return hash.digest('hex');
}

/** Each tree is looked at once, however many records share it. */
async function damageBelow(
  store: ObjectStore,
  readable: (id: string) => boolean,
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
        for (const damage of await damageBelow(store, readable, entry.tree, known, pace)) {
          damages.push({ ...damage, path: damage.path === '' ? entry.name : `${entry.name}/${damage.path}` });
        }
      } else if (entry.type === 'file') {
        for (const [number, object] of contentObjects(entry).entries()) {
          if (readable(object)) continue;
          const offset = number * chunkLength;
          const length = Math.min(chunkLength, entry.size - offset);
          damages.push({
            object,
            kind: 'content',
            path: entry.name,
            reason: 'the vault does not have these bytes',
            place: { offset, length, size: entry.size },
          });
        }
      }
    }
  } catch (error) {
    if (!HoldfastError.is(error, 'CORRUPT')) throw error;
    damages.push({ object: tree, kind: 'tree', path: '', reason: error.message });
  }
  known.set(tree, damages);
  return damages;
}
