import type { SessionDiff } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { compareTrees } from '../snapshots/compare-trees.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { ContentSink, putTree, readSessionContent } from './content.ts';
import { findWithDeleted } from './history.ts';
import { absoluteContent, type SessionPlace } from './places.ts';
import { readVersion, sessionKey, versionNumbers } from './versions.ts';

/**
 * What changed from version `a` of a session to version `b`.
 *
 * @param a absent: the version before what is there now
 * @param b absent: the session as it is now
 * @throws NOT_FOUND (session or version), CORRUPT
 */
export async function diffSession(
  context: Context,
  reference: string,
  a: number | undefined,
  b: number | undefined,
  work: Work,
): Promise<SessionDiff> {
  const { place } = findWithDeleted(context, reference);
  const key = sessionKey(place.location);
  const store = new ObjectStore(context);
  try {
    const trees = new ContentSink(undefined, store);
    const now = b === undefined ? await treeOfNow(context, place, trees, work) : undefined;
    const from = a ?? before(context, key, now?.contentHash);
    const one = from === 0 ? await putTree(trees, []) : readVersion(context, key, from).tree;
    const other = b === undefined ? now!.tree : readVersion(context, key, b).tree;
    const diff: SessionDiff = { a: from, b: b ?? null, added: [], removed: [], modified: [], unchanged: 0 };
    await compareTrees(trees, one, other, [], diff, new Pace(work));
    return diff;
  } finally {
    await store.close();
  }
}

/** The newest version that differs from what is there now; 0, when there is none, is nothing at all. */
function before(context: Context, key: string, contentHash: string | undefined): number {
  for (const number of versionNumbers(context, key).reverse()) {
    if (readVersion(context, key, number).contentHash !== contentHash) return number;
  }
  return 0;
}

async function treeOfNow(context: Context, place: SessionPlace, trees: ContentSink, work: Work) {
  try {
    return await readSessionContent(context, absoluteContent(context, place), trees, work);
  } catch (error) {
    if (isAbsent(error)) return { tree: await putTree(trees, []), contentHash: undefined };
    throw error;
  }
}
