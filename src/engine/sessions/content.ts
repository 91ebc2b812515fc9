import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { capture } from '../snapshots/capture.ts';
import { readContent } from '../snapshots/read-content.ts';
import type { Selection } from '../snapshots/selection.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { encodeTree, type FileEntry, type TreeEntry } from '../vault/tree.ts';

/** What a version of a session holds. `tree`: of a file, a tree with that one entry; of a directory, its own. */
export interface SessionContent {
  type: 'file' | 'dir';
  tree: string;
  contentHash: string;
  files: number;
  bytes: number;
  /** What could not be taken, or changed each time it was read: then this is no whole state. */
  torn: Omission[];
}

/**
 * Keeps the trees at hand until they are stored. Without a store to write to, nothing is written and only hashes come
 * out; what was stored before can be read all the same, if there is where to read it.
 */
export class ContentSink implements ObjectSink {
  readonly #trees = new Map<string, Buffer>();
  readonly #write: ObjectSink | undefined;
  readonly #read: Pick<ObjectSink, 'get'> | undefined;

  constructor(write?: ObjectSink, read: Pick<ObjectSink, 'get'> | undefined = write) {
    this.#write = write;
    this.#read = read;
  }

  async put(kind: 'content' | 'tree', id: string, bytes: Buffer): Promise<void> {
    if (kind === 'tree') this.#trees.set(id, Buffer.from(bytes));
    await this.#write?.put(kind, id, bytes);
  }

  /** Knows the trees of another one from now on, without storing them. */
  learn(other: ContentSink): void {
    for (const [id, bytes] of other.#trees) this.#trees.set(id, bytes);
  }

  get(id: string): Buffer {
    const tree = this.#trees.get(id);
    if (tree) return tree;
    if (this.#read) return this.#read.get(id);
    throw new HoldfastError('CORRUPT', 'The vault has lost an object.', { details: { object: id } });
  }
}

const everything: Selection = { isWhole: true, takes: () => true, mayHold: () => true, excludes: () => false };

/**
 * Reads a file or directory as the content of a session.
 *
 * @param absolute where it lies
 * @throws the system's error when it is not there or cannot be read, CONFLICT when it is neither file nor directory
 */
export async function readSessionContent(
  context: Context,
  absolute: string,
  sink: ContentSink,
  work: Work,
): Promise<SessionContent> {
  const { fs } = context.ports;
  const system = systemPath(absolute);
  const stat = fs.lstatSync(system);
  if (stat.isDirectory()) {
    const { tree, skipped } = await capture(context, absolute, sink, everything, undefined, work);
    return { type: 'dir', ...summaryOf(sink, tree), torn: skipped };
  }
  if (!stat.isFile()) {
    throw new HoldfastError('CONFLICT', 'A session is a file or a directory.', {
      path: absolute,
      hint: 'Links and devices are not followed.',
    });
  }
  const { content, stat: read, fuzzy } = await readContent(context.ports, system, stat, sink, new Pace(work));
  const entry: FileEntry = {
    name: path.basename(absolute),
    type: 'file',
    mode: read.mode & 0o7777,
    mtime: read.mtimeNs.toString(),
    ...content,
  };
  const tree = await putTree(sink, [entry]);
  const torn = fuzzy ? [{ path: absolute, reason: 'it changed each time it was read' }] : [];
  return { type: 'file', ...summaryOf(sink, tree), torn };
}

/** @param entries in any order */
export async function putTree(sink: ObjectSink, entries: readonly TreeEntry[]): Promise<string> {
  const encoded = encodeTree([...entries].sort((one, other) => (one.name < other.name ? -1 : 1)));
  const id = objectId(encoded);
  await sink.put('tree', id, encoded);
  return id;
}

/**
 * What a tree holds, in numbers. The hash says whether two contents are equal, whatever their times and modes: of a
 * single file it is that of its bytes, else of a line `<path> 0x00 <sha256, or -> and the link's target> 0x0a` for each.
 */
export function summaryOf(
  store: Pick<ObjectSink, 'get'>,
  tree: string,
): Pick<SessionContent, 'tree' | 'contentHash' | 'files' | 'bytes'> {
  const list = createHash('sha256');
  let last = '';
  let leaves = 0;
  let files = 0;
  let bytes = 0;
  for (const { path: at, entry } of walkTree(store, tree)) {
    if (entry.type === 'dir') continue;
    leaves++;
    last = entry.type === 'file' ? entry.sha256 : `->${entry.target}`;
    list.update(systemPath(`${at}\0${last}\n`));
    if (entry.type !== 'file') continue;
    files++;
    bytes += entry.size;
  }
  const contentHash = files === 1 && leaves === 1 ? last : list.digest('hex');
  return { tree, contentHash, files, bytes };
}
