import type { MergeConflict, Session } from '../../protocol/sessions.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import type { Work } from '../ports.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { contentObjects, type FileEntry, type LinkEntry } from '../vault/tree.ts';
import { type Change, changeSession, checkExpected, type Expected } from './change.ts';
import { findSession } from './collect.ts';
import { type ContentSink, putTree } from './content.ts';
import { fileOfBytes, type Given, givenContent, shaped } from './given.ts';
import { mergeJson } from './merge-json.ts';
import { showSession } from './show.ts';
import { editTree } from './tree-edit.ts';
import { readVersion, sessionKey } from './versions.ts';

/**
 * Brings a content that was made from version `base` together with what the session has become since, as the next
 * version: file by file, and within JSON by member and identity. Nothing is guessed.
 *
 * @param expected the version to merge into; absent: whatever there is
 * @throws CONFLICT with everything that cannot be merged in `details.conflicts`; then nothing was changed. VERSION_CONFLICT, NOT_FOUND
 */
export async function mergeSession(
  context: Context,
  reference: string,
  { from, base }: { from: Given; base: number },
  work: Work,
  expected?: Expected,
): Promise<Session> {
  const { place, look } = findSession(context, reference);
  await changeSession(context, place, work, async change => {
    checkExpected(change, expected);
    const { live, sink } = change;
    const before = readVersion(context, sessionKey(place.location), base);
    const given = await givenContent({ context, place, live, sink }, from, work);
    const conflicts: MergeConflict[] = [];
    const tree = await mergeTrees(change, before.tree, given.tree, conflicts);
    if (conflicts.length > 0) throw cannotMerge(look.facts.title, conflicts);
    await change.commit('merge', base, shaped(place, tree, sink));
  });
  appendLog(context, { action: 'session.merge', target: look.facts.id, details: { base } });
  return showSession(context, place.location);
}

function cannotMerge(title: string, conflicts: MergeConflict[]): HoldfastError {
  const places = conflicts.length === 1 ? 'one place' : `${conflicts.length} places`;
  return new HoldfastError('CONFLICT', `"${title}" was changed on both sides in ${places}.`, {
    hint: 'Nothing was changed. Compare the versions, decide, and update the session with the result.',
    details: { conflicts },
  });
}

type Leaf = FileEntry | LinkEntry;

async function mergeTrees(change: Change, base: string, ours: string, conflicts: MergeConflict[]): Promise<string> {
  const { sink, live } = change;
  let tree = live?.tree ?? (await putTree(sink, []));
  const b = leavesOf(sink, base);
  const o = leavesOf(sink, ours);
  const t = leavesOf(sink, tree);
  for (const file of new Set([...b.keys(), ...o.keys()])) {
    const [was, mine, theirs] = [b.get(file), o.get(file), t.get(file)];
    if (isSame(mine, theirs) || isSame(mine, was)) continue;
    let merged = mine;
    if (!isSame(theirs, was)) {
      const both = await mergeFiles(change, file, { was, mine, theirs });
      if ('conflicts' in both) {
        conflicts.push(...both.conflicts.map(conflict => ({ file, ...conflict })));
        continue;
      }
      merged = both.leaf;
    }
    tree = await editTree(sink, tree, file.split('/'), merged);
  }
  return tree;
}

async function mergeFiles(
  { context, sink, store }: Change,
  file: string,
  { was, mine, theirs }: Record<'was' | 'mine' | 'theirs', Leaf | undefined>,
): Promise<{ leaf: Leaf } | { conflicts: { path: string; reason: string }[] }> {
  const whole = (reason: string) => ({ conflicts: [{ path: '', reason }] });
  if (!mine || !theirs) return whole('one side removed it, the other changed it');
  if (!was) return whole('both sides added it, differently');
  if (was.type !== 'file' || mine.type !== 'file' || theirs.type !== 'file') return whole('both sides changed it');
  await store.flush();
  const textOf = (leaf: FileEntry) => Buffer.concat(contentObjects(leaf).map(id => store.get(id))).toString('utf8');
  const merged = mergeJson(textOf(was), textOf(mine), textOf(theirs));
  if ('conflicts' in merged) return merged;
  return { leaf: await fileOfBytes(context, sink, Buffer.from(merged.text), file) };
}

function leavesOf(sink: ContentSink, tree: string): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const { path, entry } of walkTree(sink, tree)) if (entry.type !== 'dir') leaves.set(path, entry);
  return leaves;
}

function isSame(one: Leaf | undefined, other: Leaf | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.type === 'file') return other.type === 'file' && one.sha256 === other.sha256;
  return other.type === 'link' && one.target === other.target;
}
