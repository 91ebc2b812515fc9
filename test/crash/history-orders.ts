import { createBackup } from '../../src/engine/backups/create.ts';
import { restoreBackup } from '../../src/engine/backups/restore.ts';
import type { Context } from '../../src/engine/context.ts';
import { fromBody } from '../../src/engine/errors.ts';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { undoMigration } from '../../src/engine/migrations/undo.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { deleteSession } from '../../src/engine/sessions/delete.ts';
import { updateSession } from '../../src/engine/sessions/update.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { deleteSnapshots } from '../../src/engine/snapshots/delete.ts';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { undeleteSnapshot } from '../../src/engine/snapshots/undelete.ts';
import { pruneVault } from '../../src/engine/vault/prune/prune.ts';
import type { ConflictPolicy } from '../../src/protocol/migrations.ts';
import { testContext } from '../fixtures/ports.ts';
import { type Fault, failingPorts } from './faulty-files.ts';
import { type Death, runChild, runChildFor } from './kill.ts';
import { mortalPorts } from './mortal-ports.ts';
import { Random } from './random.ts';

/** What a process is told to do to a root; as JSON it reaches one of its own. */
export type Order =
  | { do: 'snapshot create' }
  | { do: 'snapshot restore'; id: string }
  | { do: 'snapshot restore elsewhere'; id: string; to: string }
  | { do: 'snapshot delete'; id: string }
  | { do: 'snapshot undelete'; id: string }
  | { do: 'vault prune'; grace: '0' | '24h'; keepLast?: number }
  | { do: 'migrate apply'; from: string; onConflict: ConflictPolicy }
  | { do: 'migrate undo'; id: string }
  | { do: 'backup create'; to: string }
  | { do: 'backup restore'; id: string }
  | { do: 'session create'; text: string }
  | { do: 'session update'; id: string; text: string }
  | { do: 'session delete'; id: string };

/** What whoever gave an order is told, as far as it matters here; what was left out is in the last three. */
export interface Answer {
  id?: string;
  version?: number;
  migrationId?: string | null;
  status?: string;
  snapshots?: { id: string; keep: boolean }[];
  skipped?: unknown[];
  failed?: unknown[];
  omitted?: unknown[];
}

export async function carryOut(context: Context, order: Order): Promise<Answer> {
  return (await answerTo(context, order)) as Answer;
}

function answerTo(context: Context, order: Order): Promise<unknown> {
  switch (order.do) {
    case 'snapshot create':
      return createSnapshot(context, {}, {});
    case 'snapshot restore':
      return restoreSnapshot(context, order.id, { deleteExtra: true }, {});
    case 'snapshot restore elsewhere':
      return restoreSnapshot(context, order.id, { to: order.to }, {});
    case 'snapshot delete':
      return deleteSnapshots(context, [order.id]);
    case 'snapshot undelete':
      return undeleteSnapshot(context, order.id, {});
    case 'vault prune':
      return pruneVault(context, { grace: order.grace, keepLast: order.keepLast }, {});
    case 'migrate apply':
      return applyMigration(context, { from: [order.from], onConflict: order.onConflict }, {});
    case 'migrate undo':
      return undoMigration(context, order.id, {});
    case 'backup create':
      return createBackup(context, { to: order.to, includeSecrets: true }, {});
    case 'backup restore':
      return restoreBackup(context, order.id, {}, {});
    case 'session create':
      return createSession(context, { title: 'Crash' }, {}, { bytes: Buffer.from(order.text) });
    case 'session update':
      return updateSession(context, order.id, { bytes: Buffer.from(order.text) }, undefined, {});
    case 'session delete':
      return deleteSession(context, order.id, {});
  }
}

/** How an order ended: with an answer, with an error, or with the death of who carried it out. */
export type Ending = { answer: Answer } | { error: unknown } | 'died';

/**
 * What goes wrong meanwhile. `share`: death from outside after that share of the time that such an order takes; only a
 * process of its own can have it.
 */
export type Trouble = { death: Death } | { share: number } | { fault: Fault } | undefined;

/** @param seed of the identifiers that are made up, whose order decides in which order files are looked at */
export type Runner = (workspace: string, order: Order, trouble: Trouble, seed: number) => Promise<Ending>;

export function bytesOf(seed: number): (count: number) => Uint8Array {
  const random = new Random(seed);
  return count => Uint8Array.from({ length: count }, () => random.below(256));
}

/** Without a process of its own: hundreds of times as fast, and the same as far as files can tell. */
export const runHere: Runner = async (workspace, order, trouble, seed) => {
  const given = { randomBytes: bytesOf(seed) };
  const mortal = mortalPorts(trouble && 'death' in trouble ? trouble.death : { at: 0, when: 'before' }, given);
  const ports = trouble && 'fault' in trouble ? failingPorts(trouble.fault, given).ports : mortal.ports;
  const attempt = async () => carryOut(testContext(workspace, ports), order);
  const ending = await attempt().then(
    answer => ({ answer }),
    error => ({ error }),
  );
  return mortal.isDead() ? 'died' : ending;
};

/** Milliseconds that an order took when it last was carried out to its end. */
const taken = new Map<Order['do'], number>();

/** Deaths in a process of its own, which is really killed. */
export const runApart: Runner = async (workspace, order, trouble, seed) => {
  if (!trouble || 'fault' in trouble) return runHere(workspace, order, trouble, seed);
  const input = JSON.stringify({ workspace, order, seed });
  const printed = await ('death' in trouble
    ? runChild('history-child', input, trouble.death)
    : runChildFor('history-child', input, trouble.share * (taken.get(order.do) ?? 20)));
  if (printed === undefined) return 'died';
  const { took, ...ending } = JSON.parse(printed.slice(printed.indexOf('\n')));
  taken.set(order.do, took);
  return 'error' in ending ? { error: fromBody(ending.error) } : ending;
};
