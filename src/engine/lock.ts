import { dirname } from 'node:path';
import * as z from 'zod';
import { createDurably, removeQuietly, temporaryPath } from './durable.ts';
import { HoldfastError, isAbsent, systemCode } from './errors.ts';
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
    ...ownIdentity(ports),
    user: ports.user,
    since: ports.now().toISOString(),
  };
  const bytes = encodeRecord(lockKind, own, ports.now());
  inUse.add(own.token);
  try {
    acquire(ports, path, bytes);
    return await work({ check: () => checkHeld(ports, path, own.token) });
  } finally {
    inUse.delete(own.token);
    release(ports, path, own.token);
  }
}

/** The locks that this process holds or is about to: one that it failed to remove is stale although it lives on. */
const inUse = new Set<string>();

const attempts = 10;

function acquire(ports: Ports, path: string, bytes: Buffer): void {
  for (let attempt = 1; ; attempt++) {
    try {
      if (createDurably(ports, path, bytes)) return;
      breakStale(ports, path);
    } catch (error) {
      // Who cleans up after a crash may have taken the temporary file of this attempt for a leftover.
      const lost = HoldfastError.is(error) && isAbsent(error.cause);
      if (!lost || attempt === attempts) throw error;
    }
  }
}

/** What was done under the lock is done, whether or not the lock can be removed: if not, it is stale from now on. */
function release(ports: Ports, path: string, token: string): void {
  try {
    if (holder(ports, path)?.token === token) removeQuietly(ports.fs, path);
  } catch {
    // Stale.
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
      `Process ${record.pid}${there} (user ${record.user}) has been at work here since ${record.since}.`,
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
  const aside = temporaryPath(ports, dirname(path));
  try {
    ports.fs.renameSync(path, aside);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  if (holder(ports, aside)?.token !== record.token) putBack(ports, aside, path);
  removeQuietly(ports.fs, aside);
}

/** Not over a lock that came meanwhile: then the one put aside is lost, and its holder notices when it checks. */
function putBack(ports: Ports, aside: string, path: string): void {
  try {
    ports.fs.linkSync(aside, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST' && !ports.fs.existsSync(path)) ports.fs.renameSync(aside, path);
  }
}

/** @throws LOCKED for a lock that cannot be read, since nobody can tell who holds it */
function holder(ports: Ports, path: string): LockRecord | undefined {
  try {
    return readRecord(ports, lockKind, path);
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    throw new HoldfastError('LOCKED', 'There is a lock that cannot be read.', {
      path,
      hint: 'If no other Holdfast is at work here, remove this file.',
      cause: error,
    });
  }
}

function isAlive(ports: Ports, record: LockRecord): boolean {
  if (!isRunning(ports, record)) return false;
  const own = record.host === ports.host.name && record.pid === ports.host.pid;
  return !own || inUse.has(record.token);
}

/** A process, so that it can be told from a later one with the same number. */
export type ProcessIdentity = Pick<LockRecord, 'host' | 'bootId' | 'pid' | 'processStart'>;

/** Another machine's process cannot be asked, so it counts as running; a person has to decide. */
export function isRunning(ports: Ports, { host, bootId, pid, processStart }: ProcessIdentity): boolean {
  if (host !== ports.host.name) return true;
  return bootId === ports.host.bootId && ports.host.processStart(pid) === processStart;
}

/** This process. */
export function ownIdentity({ host }: Pick<Ports, 'host'>): ProcessIdentity {
  const { name, bootId, pid } = host;
  return { host: name, bootId, pid, processStart: host.processStart(pid) ?? '' };
}
