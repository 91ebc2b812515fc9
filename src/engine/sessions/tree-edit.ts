import { decodeTree, type FileEntry, type LinkEntry } from '../vault/tree.ts';
import { type ContentSink, putTree, summaryOf } from './content.ts';

/**
 * A tree with one file or link put in, replaced or taken out, and everything else as it was.
 *
 * @param tree absent: nothing yet
 * @param path the names that lead to it
 * @param leaf absent: taken out
 * @returns the new tree's id
 */
export async function editTree(
  sink: ContentSink,
  tree: string | undefined,
  [name = '', ...rest]: readonly string[],
  leaf: FileEntry | LinkEntry | undefined,
): Promise<string> {
  const entries = tree === undefined ? [] : decodeTree(sink.get(tree));
  const others = entries.filter(entry => entry.name !== name);
  if (rest.length === 0) return putTree(sink, leaf ? [...others, { ...leaf, name }] : others);
  const there = entries.find(entry => entry.name === name);
  const inner = there?.type === 'dir' ? there : undefined;
  const below = await editTree(sink, inner?.tree, rest, leaf);
  const { files, bytes } = summaryOf(sink, below);
  const mtime = inner?.mtime ?? leaf?.mtime ?? '0';
  const directory = { name, type: 'dir' as const, mode: inner?.mode ?? 0o755, mtime, tree: below, files, bytes };
  return putTree(sink, [...others, directory]);
}
