import type { VerifyVault } from '../../protocol/vault.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { inPlaceOrder } from './in-place-order.ts';
import { namesIn } from './names-in.ts';
import { ObjectIndex } from './object-index.ts';
import { ObjectStore } from './object-store.ts';
import { PackSurvey } from './pack-survey.ts';
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

/** What somebody else was changing is damage only if it still is when looked at again, and so often. */
const looks = 4;

/**
 * Looks at every record and every object that records refer to; with `readData`, at every byte of every pack. Damage is
 * named by object, snapshot and path. Changes nothing. While others write and prune, it looks again at what seems damaged:
 * a snapshot may be deleted, and what it holds pruned, between reading its record and looking for its objects.
 */
export async function surveyVault(context: Context, options: { readData: boolean }, work: Work): Promise<Survey> {
  requireRoot(context);
  let suspects: Set<string> | undefined;
  for (let look = 1; ; look++) {
    const before = stateOf(context);
    const survey = await surveyOnce(context, options, work);
    survey.damaged = survey.damaged.filter(({ object }) => suspects?.has(object) ?? true);
    if (survey.damaged.length === 0 || look === looks || stateOf(context) === before) return survey;
    suspects = new Set(survey.damaged.map(({ object }) => object));
  }
}

/** Differs after whatever somebody did to the vault, but for its caches. */
function stateOf(context: Context): string {
  return JSON.stringify(['packs', 'snapshots', 'trash', 'audit'].map(name => namesIn(context, name)));
}

async function surveyOnce(context: Context, { readData }: { readData: boolean }, work: Work): Promise<Survey> {
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
  const reading = new PackSurvey(context, survey, (pack, reason) => report(`packs/${pack}.pack`, 'pack', reason), pace);
  if (readData) await reading.readAll();
  const store = new ObjectStore(context);
  try {
    survey.objects = readData
      ? [...survey.salvaged.values()].reduce((sum, { size }) => sum + size, survey.good.size)
      : store.objects;
    const readable = (id: string): boolean | Promise<boolean> => {
      if (!readData) return store.has(id);
      const pack = store.locate(id)?.pack;
      if (pack === undefined) return false;
      // A restore reads the copy that is found first: another one elsewhere helps only after a repair.
      const isGood = () => survey.salvaged.get(pack)?.has(id) ?? survey.good.numberOf(id) !== undefined;
      // It may have come since the others were read.
      return reading.hasRead(pack) ? isGood() : reading.read(pack).then(isGood);
    };
    const known = new Map<string, Damage[]>();
    const roots = inPlaceOrder(store, await treeRoots(context, pace), ({ tree }) => tree);
    for (const { tree, snapshot, version, livePath } of roots) {
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

/** Each tree is looked at once, however many records share it. */
async function damageBelow(
  store: ObjectStore,
  readable: (id: string) => boolean | Promise<boolean>,
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
          const isReadable = readable(object);
          // A promise for each of a million objects would cost more than looking for them.
          if (isReadable === true || (await isReadable)) continue;
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
