import type { Pace } from '../../pace.ts';
import type { ObjectStore } from '../../vault/object-store.ts';
import type { BundleFile } from './bundle-file.ts';
import { corruptBundle } from './format.ts';
import type { Inspected } from './inspect.ts';

/** Puts everything that a bundle holds into the vault; durable when it returns. @throws CORRUPT, DISK_FULL, CANCELLED */
export async function storeObjects(
  store: ObjectStore,
  bundle: BundleFile,
  { trees, contents }: Inspected,
  pace: Pace,
): Promise<void> {
  let done = 0;
  for (const { id, bytes } of bundle.objectsInOrder()) {
    const kind = trees.has(id) ? 'tree' : contents.has(id) ? 'content' : undefined;
    if (!kind) break;
    await store.put(kind, id, bytes);
    done++;
    if (pace.due()) await pace.breathe({ phase: 'Importing', done, total: bundle.objects, unit: 'items' });
  }
  if (done !== bundle.objects) throw corruptBundle(bundle.path, 'it changed while it was read');
  pace.check();
  await store.flush();
}
