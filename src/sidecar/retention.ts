import { asHoldfastError } from '../engine/errors.ts';
import { isPruneDue, pruneBySetting } from '../engine/vault/prune/automatic.ts';
import { type Services, startWork } from './services.ts';
import type { Log } from './watchers.ts';

/** Calls once after so many milliseconds; returns how to take that back. Handed in, so that tests need not wait. */
export type Later = (run: () => void, milliseconds: number) => () => void;

/** Not while the window is still opening. */
const firstCheck = 10 * 60_000;
const nextCheck = 60 * 60_000;

const later: Later = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};

/**
 * Prunes the served folders once a day where the setting `holdfast.retention` says so: as an operation that clients see, with
 * a line in the log and in the audit trail.
 *
 * @returns how to end it
 */
export function startRetention(services: Services, log: Log, after: Later = later): () => void {
  let cancel = () => {};
  const check = () => {
    for (const folder of services.workspaces.folders) {
      try {
        pruneWhenDue(services, folder, log);
      } catch (error) {
        log(`Retention in ${folder}: ${asHoldfastError(error).message}`);
      }
    }
    cancel = after(check, nextCheck);
  };
  cancel = after(check, firstCheck);
  return () => cancel();
}

function pruneWhenDue(services: Services, folder: string, log: Log): void {
  const { workspaces } = services;
  if (!workspaces.trusted || !isPruneDue(workspaces.open(folder))) return;
  startWork(services, {
    kind: 'vault.prune',
    workspace: folder,
    changes: ['snapshots', 'sessions', 'status'],
    run: async (context, work) => {
      log(`Pruning ${context.root}, as holdfast.retention says.`);
      try {
        const result = await pruneBySetting(context, work);
        const deleted = result.snapshots.filter(({ keep }) => !keep).length;
        log(`Pruned ${context.root}: ${deleted} snapshots to the trash, ${result.bytesReclaimed} bytes freed.`);
        return result;
      } catch (error) {
        log(`Pruning ${context.root}: ${asHoldfastError(error).message}`);
        throw error;
      }
    },
  });
}
