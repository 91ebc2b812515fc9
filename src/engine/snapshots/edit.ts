import { EditSnapshot, Labels, type Snapshot } from '../../protocol/snapshots.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { findSnapshot, writeLabels } from './manifest.ts';

/** Changes the words of a snapshot; what it holds stays as it is. */
export function editSnapshot(context: Context, reference: string, edit: EditSnapshot): Snapshot {
  requireRoot(context);
  ensureVault(context);
  const snapshot = findSnapshot(context, reference);
  const changes = EditSnapshot.parse(edit);
  const labels = Labels.parse({ ...snapshot, ...changes });
  writeLabels(context, snapshot.id, labels);
  appendLog(context, { action: 'snapshot.edit', target: snapshot.id, details: { changed: Object.keys(changes) } });
  return { ...snapshot, ...labels };
}
