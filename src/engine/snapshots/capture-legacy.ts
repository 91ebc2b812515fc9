import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent, systemCode } from '../errors.ts';
import { gatherLegacy, type LegacyFile } from '../legacy/gather.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { encodeTree, type TreeEntry } from '../vault/tree.ts';
import type { Captured } from './capture.ts';
import { readContent } from './read-content.ts';

/** What was captured, and which paths of it hold secrets: that goes by where they would come in the root. */
export type CapturedLegacy = Omit<Captured, 'directories'> & { secrets: string[] };

/** Reads all legacy state into the store, where it is: a tree as the workspace sees it. */
export async function captureLegacy(context: Context, store: ObjectSink, work: Work): Promise<CapturedLegacy> {
  const { fs } = context.ports;
  const { entries, omitted: skipped } = await gatherLegacy(context, work);
  const pace = new Pace(work);
  const children = new Map<string, LegacyFile[]>();
  for (const entry of entries) {
    const parent = entry.path.includes('/') ? entry.path.slice(0, entry.path.lastIndexOf('/')) : '';
    const siblings = children.get(parent);
    if (siblings) siblings.push(entry);
    else children.set(parent, [entry]);
  }
  let read = 0;

  const captureFile = async (file: LegacyFile, name: string): Promise<TreeEntry | undefined> => {
    try {
      const system = systemPath(file.absolute);
      const { content, stat, fuzzy } = await readContent(context.ports, system, fs.lstatSync(system), store, pace);
      if (fuzzy) skipped.push({ path: file.path, reason: 'it changed each time it was read; stored as read last' });
      return { name, type: 'file', mode: stat.mode & 0o7777, mtime: stat.mtimeNs.toString(), ...content };
    } catch (error) {
      const known = asHoldfastError(error);
      const replaced = ['ELOOP', 'ENXIO', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '');
      if (isAbsent(error)) skipped.push({ path: file.path, reason: 'it vanished while it was read' });
      else if (replaced) skipped.push({ path: file.path, reason: 'it was replaced while it was read' });
      else if (known.code === 'UNREADABLE' || known.code === 'CONFLICT')
        skipped.push({ path: file.path, reason: known.message });
      else throw error;
      return undefined;
    }
  };

  const captureDirectory = async (at: string): Promise<{ tree: string; files: number; bytes: number }> => {
    const sums = { files: 0, bytes: 0 };
    const tree: TreeEntry[] = [];
    for (const child of children.get(at) ?? []) {
      if (pace.due()) await pace.breathe({ phase: 'Reading', done: read, total: entries.length, unit: 'files' });
      read++;
      const name = child.path.slice(at === '' ? 0 : at.length + 1);
      const { mode, mtime } = child;
      if (child.type === 'dir') {
        const inside = await captureDirectory(child.path);
        tree.push({ name, type: 'dir', mode, mtime, ...inside });
        sums.files += inside.files;
        sums.bytes += inside.bytes;
      } else if (child.type === 'link') tree.push({ name, type: 'link', mode, mtime, target: child.target ?? '' });
      else {
        const file = await captureFile(child, name);
        if (file?.type !== 'file') continue;
        tree.push(file);
        sums.files++;
        sums.bytes += file.size;
      }
    }
    const encoded = encodeTree(tree);
    const id = objectId(encoded);
    await store.put('tree', id, encoded);
    return { tree: id, ...sums };
  };

  const top = await captureDirectory('');
  return { ...top, skipped, secrets: entries.filter(one => one.secretArea).map(one => one.path) };
}
