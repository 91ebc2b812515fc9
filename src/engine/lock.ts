import { dirname, join } from 'node:path';
import * as z from 'zod';
import { createDurably, temporaryName } from './durable.ts';
import { HoldfastError, isAbsent } from './errors.ts';
import { newId } from './id.ts';
import type { Ports } from './ports.ts';
import { encodeRecord, type RecordKind, readRecord } from './record.ts';

const LockRecord = z.object({
  token: z.string(),
  host: z.string(),
  bootId: z.string(),
  pid: z.number().int(),
  processStart: z.string(),
  user: z.string(),
  since: z.string(),
});
type LockRecord = z.infer<typeof LockRecord>;
const lockKind: RecordKind<LockRecord> = { kind: 'lock', version: 1, schema: LockRecord };

export interface Lock {
  /** @throws LOCKED when another process has taken the lock meanwhile: to be asked before each step that destroys */
  check(): void;
}

/**
 * Runs `work` as the only one that holds the lock at `path`. Only what deletes or replaces needs one: adding to the
 * vault does not (design rule 7). A lock left by a process that is gone (its pid is not alive, or belongs to a process
 * that started at another time, or the machine was started again) is taken over.
 *
 * @throws LOCKED naming the holder
 */
export async function withLock<T>(ports: Ports, path: string, work: (lock: Lock) => Promise<T>): Promise<T> {
  const own: LockRecord = {
    token: newId(ports),
    host: ports.host.name,
    bootId: ports.host.bootId,
    pid: ports.host.pid,
    processStart: ports.host.processStart(ports.host.pid) ?? '',
    user: ports.user,
    since: ports.now().toISOString(),
  };
  const bytes = encodeRecord(lockKind, own, ports.now());
  while (!createDurably(ports, path, bytes)) breakStale(ports, path);
  try {
    return await work({ check: () => checkHeld(ports, path, own.token) });
  } finally {
    if (holder(ports, path)?.token === own.token) ports.fs.rmSync(path, { force: true });
  }
}

/** Whether a living process holds the lock now. */
export function isLocked(ports: Ports, path: string): boolean {
  const record = holder(ports, path);
  return record !== undefined && isAlive(ports, record);
}

function checkHeld(ports: Ports, path: string, token: string): void {
  const record = holder(ports, path);
  if (record?.token === token) return;
  throw new HoldfastError('LOCKED', 'Another process took over the lock while this one stood still.', {
    path,
    hint: 'Run the command again.',
  });
}

function breakStale(ports: Ports, path: string): void {
  const record = holder(ports, path);
  if (!record) return;
  if (isAlive(ports, record)) {
    const there = record.host === ports.host.name ? '' : ` on ${record.host}`;
    throw new HoldfastError(
      'LOCKED',
      `Process ${record.pid}${there} of ${record.user} has been at work here since ${record.since}.`,
      {
        path,
        hint: there
          ? `Wait for it. If that machine is gone for good, remove this file.`
          : 'Wait for it to end, or end it.',
        details: { pid: record.pid, host: record.host, since: record.since },
      },
    );
  }
  // Whoever moves it away has it: of two processes that find the same stale lock only one rename succeeds, and a lock
  // that was taken anew in between is put back.
  const aside = join(dirname(path), temporaryName(ports));
  try {
    ports.fs.renameSync(path, aside);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  if (holder(ports, aside)?.token !== record.token) ports.fs.renameSync(aside, path);
  else ports.fs.rmSync(aside, { force: true });
}

function holder(ports: Ports, path: string): LockRecord | undefined {
  return readRecord(ports, lockKind, path);
}

/** Another machine's process cannot be asked, so it counts as alive; a person has to decide. */
function isAlive(ports: Ports, record: LockRecord): boolean {
  if (record.host !== ports.host.name) return true;
  if (record.bootId !== ports.host.bootId) return false;
  return ports.host.processStart(record.pid) === record.processStart;
}
