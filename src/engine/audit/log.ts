import type { ListQuery } from '../../protocol/common.ts';
import type { LogEntry, LogList } from '../../protocol/log.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { createDurably, makeDirectory } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { page } from '../paging.ts';
import { encodeRecord, readRecord } from '../record.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { entryHash, entryName, logKind } from './entry.ts';
import { readTrail, trailSequences } from './trail.ts';

/** What happened. `details` are counts, ids and root-relative paths: never contents, never secrets. */
export interface LogInput {
  action: string;
  target: string;
  details?: Record<string, unknown>;
}

/**
 * Adds to the audit trail: one durable file per entry, each with the hash of the one before. Of two processes that
 * want the same number, the second reads again and takes the next.
 *
 * Never throws. What is logged has happened already, and must not be reported as failed because its entry could not be
 * written.
 *
 * @returns whether the entry was written
 */
export function appendLog(context: Context, input: LogInput): boolean {
  const { ports } = context;
  const directory = vaultPath(context, 'audit');
  try {
    // Nothing is the first in a vault but its own record: without that, a used vault is a damaged one.
    ensureVault(context);
    makeDirectory(ports, directory);
    for (;;) {
      const last = trailSequences(context).at(-1) ?? 0;
      const body = {
        at: ports.now().toISOString(),
        actor: ports.user,
        action: input.action,
        target: input.target,
        // As it will be read back: without what JSON cannot hold.
        details: JSON.parse(JSON.stringify(input.details ?? {})) as Record<string, unknown>,
        prev: last === 0 ? null : lastHash(context, last),
      };
      const entry: LogEntry = { ...body, hash: entryHash(body) };
      const file = vaultPath(context, 'audit', entryName(last + 1));
      if (createDurably(ports, file, encodeRecord(logKind, entry, ports.now()))) return true;
    }
  } catch {
    return false;
  }
}

/** Behind an entry that cannot be read the chain begins anew; reading the trail then reports that entry. */
function lastHash(context: Context, sequence: number): string | null {
  try {
    return readRecord(context.ports, logKind, vaultPath(context, 'audit', entryName(sequence)))?.hash ?? null;
  } catch (error) {
    if (HoldfastError.is(error)) return null;
    throw error;
  }
}

/**
 * One page of the trail, newest first unless asked otherwise. Every entry is checked against the one before, whatever is asked for.
 * A trail cut off at its end cannot be told from a shorter one.
 *
 * @throws ROOT_MISSING, USAGE (an unknown sort or cursor), CORRUPT with the path of the first entry that is damaged, missing or does not fit
 */
export function listLog(context: Context, query: Partial<ListQuery> = {}): LogList {
  requireRoot(context);
  const entries: (LogEntry & { id: string })[] = [];
  for (const { name, entry, problem } of readTrail(context)) {
    if (problem) throw problem;
    entries.push({ ...entry!, id: name });
  }
  const { items, nextCursor, total } = page(entries, query, {
    sorts: { at: entry => entry.id, action: entry => entry.action, actor: entry => entry.actor },
    // The number and not the clock says what came first: clocks are set back.
    defaultSort: 'at',
    text: entry => `${entry.action} ${entry.target} ${entry.actor} ${JSON.stringify(entry.details)}`,
  });
  return { entries: items.map(({ id: _, ...entry }) => entry), nextCursor, total };
}
