import type { PruneResult } from '../../../protocol/retention.ts';
import { type Context, vaultPath } from '../../context.ts';
import { isAbsent } from '../../errors.ts';
import { isLocked } from '../../lock.ts';
import type { Work } from '../../ports.ts';
import { writeCache } from '../cache-file.ts';
import { deletingLock } from '../deleting.ts';
import { readVaultFile } from '../read-vault-file.ts';
import { readVaultRecord } from '../vault-record.ts';
import { wantsPruning } from './policy.ts';
import { pruneVault } from './prune.ts';

const interval = 24 * 3_600_000;

/** Whether the setting `holdfast.retention` wants a prune now: once a day, and not while somebody else deletes here. */
export function isPruneDue(context: Context): boolean {
  if (!wantsPruning(context.settings) || !readVaultRecord(context)) return false;
  if (isLocked(context.ports, deletingLock(context))) return false;
  const last = lastPrune(context);
  // A time that lies in the future says nothing: the clock was wrong then, or is now.
  const since = last === undefined ? interval : context.ports.now().getTime() - last;
  return since >= interval || since < 0;
}

/** Prunes by the setting. Whether or not that succeeds, the next one is due a day later. */
export async function pruneBySetting(context: Context, work: Work): Promise<PruneResult> {
  try {
    return await pruneVault(context, {}, work, 'setting');
  } finally {
    writeCache(stampPath(context), Buffer.from(context.ports.now().toISOString()));
  }
}

/** Milliseconds; `undefined` when it is not known. */
function lastPrune(context: Context): number | undefined {
  try {
    const time = Date.parse(readVaultFile(context.ports.fs, stampPath(context)).toString());
    return Number.isNaN(time) ? undefined : time;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function stampPath(context: Context): string {
  return vaultPath(context, 'cache', 'pruned');
}
