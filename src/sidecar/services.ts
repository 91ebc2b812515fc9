import type { z } from 'zod';
import type { Context } from '../engine/context.ts';
import { isAbsent } from '../engine/errors.ts';
import type { Ports, Work } from '../engine/ports.ts';
import { Operation } from '../protocol/operations.ts';
import type { Events } from './events.ts';
import type { Openings } from './openings.ts';
import type { Operations } from './operations.ts';
import type { Workspaces } from './workspaces.ts';

/** What the routes work with. */
export interface Services {
  ports: Ports;
  workspaces: Workspaces;
  operations: Operations;
  events: Events;
  openings: Openings;
  /** Whether clients may say which folders are served: only the process that started this one. */
  workspacesCanChange: boolean;
}

/** An operation whose result, once it has succeeded, is of a known shape. */
export function operationOf<Result extends z.ZodType>(result: Result) {
  return Operation.extend({ result: result.optional() });
}

interface LongWork<Result> {
  kind: string;
  /** The folder as the request names it. */
  workspace: string | undefined;
  /** The listings that it may change; none: it only reads. */
  changes: readonly string[];
  run(context: Context, work: Work): Promise<Result>;
}

/**
 * Starts long work on a folder and returns the operation to answer with (202). What can be refused at once (a root that
 * cannot be used, a workspace that is not trusted) is thrown, not put into the operation.
 */
export function startWork<Result>(services: Services, { kind, workspace, changes, run }: LongWork<Result>) {
  const { workspaces, operations } = services;
  const writes = changes.length > 0;
  const context = writes ? workspaces.openForWriting(workspace) : workspaces.open(workspace);
  const existed = rootExists(context);
  const operation = operations.start({
    kind,
    workspace: context.workspace,
    run: work => run(context, work),
    // Also after a failure: a safety snapshot, for one, may have been taken by then.
    ended: () => {
      if (writes) announce(services, context, existed, changes);
    },
  });
  const { result: _, ...started } = operation;
  return started;
}

/** Does short work that writes, and tells the listeners. */
export async function write<Result>(
  services: Services,
  workspace: string | undefined,
  changes: readonly string[],
  run: (context: Context) => Promise<Result> | Result,
): Promise<Result> {
  const context = services.workspaces.openForWriting(workspace);
  const existed = rootExists(context);
  try {
    return await run(context);
  } finally {
    announce(services, context, existed, changes);
  }
}

/** Besides the listings that changed, a root that was made or vanished changes what there is to see at all. */
function announce(
  { events, workspaces }: Services,
  context: Context,
  existed: boolean,
  changes: readonly string[],
): void {
  const exists = rootExists(context);
  const nouns = exists === existed ? [...changes] : [...new Set(['root', ...changes])];
  if (exists !== existed && workspaces.folders.includes(context.workspace)) {
    try {
      workspaces.open(context.workspace);
    } catch {
      // Told to whoever asks next; here the watcher should only have followed the root.
    }
  }
  events.publish({ type: 'changed', workspace: context.workspace, nouns, paths: [] });
}

function rootExists({ ports, root }: Context): boolean {
  try {
    ports.fs.statSync(root);
    return true;
  } catch (error) {
    return !isAbsent(error);
  }
}
