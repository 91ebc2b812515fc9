import path from 'node:path';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { findSnapshot } from '../snapshots/manifest.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { adopt } from '../vault/adopt.ts';
import { contentObjects } from '../vault/tree.ts';
import type { Change } from './change.ts';
import { findSession } from './collect.ts';
import { putTree, readSessionContent, type SessionContent } from './content.ts';
import { type Given, givenContent, shaped, unnamedFile } from './given.ts';
import { absoluteContent, wordsFile } from './places.ts';

/**
 * What a new session begins with.
 *
 * @param from an absolute path, a session, or a snapshot: `<snapshot>:<path>`, or one that covers a single path
 * @throws NOT_FOUND, USAGE when it has to be said what of a snapshot
 */
export async function startingContent(
  change: Change,
  from: string | undefined,
  content: Extract<Given, { bytes: Buffer }> | undefined,
  work: Work,
): Promise<SessionContent> {
  const { context, place, sink } = change;
  const target = { context, place, live: undefined, sink };
  if (content) return givenContent(target, content, work);
  if (from === undefined) return givenContent(target, { bytes: Buffer.from('{}\n'), file: unnamedFile }, work);
  if (path.isAbsolute(from)) return givenContent(target, { path: from }, work);
  const session = sessionNamed(change, from);
  if (session) {
    const { tree } = await readSessionContent(context, absoluteContent(context, session.place), sink, work);
    return shaped(place, tree, sink);
  }
  return fromSnapshot(change, from, work);
}

function sessionNamed({ context }: Change, reference: string) {
  try {
    return findSession(context, reference);
  } catch (error) {
    if (HoldfastError.is(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

/** The content of a session that was captured, without the words that it had then. */
async function fromSnapshot(
  { context, place, sink, store }: Change,
  from: string,
  work: Work,
): Promise<SessionContent> {
  const [reference = '', ...rest] = from.split(':');
  const snapshot = findSnapshot(context, reference);
  const given =
    rest.length > 0 ? rest.join(':') : snapshot.scope.paths.length === 1 ? snapshot.scope.paths[0] : undefined;
  if (given === undefined) {
    throw new HoldfastError('USAGE', `Snapshot ${snapshot.id} covers more than one session.`, {
      hint: `Say which path of it: --from ${snapshot.id}:<path>`,
    });
  }
  const wanted = checkedPath(given, context.ports.platform);
  const found = [...walkTree(store, snapshot.tree, wanted === '' ? [] : [wanted])].find(
    ({ path: at }) => at === wanted,
  );
  if (!found)
    throw new HoldfastError('NOT_FOUND', `Snapshot ${snapshot.id} has nothing at this path.`, { path: wanted });
  const { entry } = found;
  if (entry.type !== 'dir') {
    if (entry.type === 'file') for (const id of contentObjects(entry)) await store.keep('content', id);
    return shaped(place, await putTree(sink, [entry]), sink);
  }
  const inside = [...walkTree(store, entry.tree)];
  const content = inside.find(({ path: at, entry: one }) => at === 'content' && one.type === 'dir')?.entry;
  const isSession = inside.some(({ path: at }) => at === wordsFile) && content?.type === 'dir';
  const tree = isSession ? content.tree : entry.tree;
  await adopt(store, tree, new Pace(work));
  return shaped(place, tree, sink);
}
