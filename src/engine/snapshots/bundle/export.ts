import path from 'node:path';
import { type ExportResult, ExportSnapshot } from '../../../protocol/share.ts';
import { appendLog } from '../../audit/log.ts';
import { type Context, requireRoot } from '../../context.ts';
import type { Work } from '../../ports.ts';
import { ObjectStore } from '../../vault/object-store.ts';
import { findSnapshot } from '../manifest.ts';
import { recordVisit } from '../visits/record-visit.ts';
import { selectForBundle } from './select.ts';
import { checkPlace, writeBundle } from './to-file.ts';

/**
 * Writes one snapshot into one file that `importSnapshot` reads on any machine. The file has its name only once it is
 * whole and durable. What secret areas hold is left out, and listed, unless asked for.
 *
 * @throws NOT_FOUND, CONFLICT (something is there, or in the vault), CORRUPT, DISK_FULL, CANCELLED; then no file is there
 */
export async function exportSnapshot(
  context: Context,
  reference: string,
  input: ExportSnapshot,
  work: Work,
): Promise<ExportResult> {
  requireRoot(context);
  const options = ExportSnapshot.parse(input);
  const snapshot = findSnapshot(context, reference);
  const file = path.resolve(context.workspace, options.file);
  checkPlace(context, file);
  const store = new ObjectStore(context);
  try {
    const selected = await selectForBundle(context, store, snapshot.tree, options.includeSecrets, work);
    const { tree, files, bytes, omitted } = selected;
    const skipped = [...snapshot.skipped, ...omitted];
    const record = { snapshot: { ...snapshot, tree, files, bytes, skipped } };
    const written = await writeBundle(context, store, file, record, selected, work);
    appendLog(context, {
      action: 'snapshot.export',
      target: snapshot.id,
      details: { file, files, bytes, omitted: omitted.length, secrets: options.includeSecrets },
    });
    await recordVisit(context, snapshot);
    return { snapshot: snapshot.id, file, files, bytes, ...written, omitted };
  } finally {
    await store.close();
  }
}
