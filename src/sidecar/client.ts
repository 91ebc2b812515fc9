import { asHoldfastError, HoldfastError } from '../engine/errors.ts';
import type { Operation, ServerEvent } from '../protocol/operations.ts';
import { allPages } from './client/all-pages.ts';
import { EventStream } from './client/event-stream.ts';
import type { SidecarAddress } from './client/socket-fetch.ts';
import { json, segment, typedApi } from './client/typed.ts';
import { type Query, type WorkspaceClient, workspaceClient } from './client/workspace-client.ts';
import type { SetWorkspaces } from './workspaces.ts';

export type { Query, SetWorkspaces, SidecarAddress, WorkspaceClient };
export { asHoldfastError, HoldfastError };

/**
 * A sidecar, from another process. Every call is asynchronous and rejects with `HoldfastError`: `SIDECAR_FAILED` when
 * the sidecar cannot be reached, else what the engine threw.
 */
export interface HoldfastClient {
  health(): Promise<{ status: 'ok'; version: string; pid: number }>;
  /** Replaces all folders with their settings. Only for the process that started the sidecar. */
  setWorkspaces(body: SetWorkspaces): Promise<{ folders: string[] }>;
  /**
   * Hands over every event until `signal` says enough. Resolves then; rejects with SIDECAR_FAILED when the stream breaks
   * off, which only happens when the sidecar has ended.
   *
   * @param onOpen called once events are heard: what happened before may have been missed, so read everything now
   */
  events(onEvent: (event: ServerEvent) => void, signal: AbortSignal, onOpen?: () => void): Promise<void>;
  operations(): Promise<Operation[]>;
  /** Asks an operation to stop; it is cancelled once everything is put back. */
  cancel(operationId: string): Promise<Operation>;
  /** The verbs on one folder, which must be among those served. */
  in(folder: string): WorkspaceClient;
}

/** Makes a client; nothing is sent before the first call. */
export function connectSidecar(address: SidecarAddress): HoldfastClient {
  const api = typedApi(address);
  const stream = new EventStream(address);
  return {
    health: () => json(api.health.$get()),
    setWorkspaces: body => json(api.workspaces.$put({ json: body })),
    events: (onEvent, signal, onOpen) => follow(stream, onEvent, signal, onOpen),
    operations: async () =>
      (await allPages(query => json(api.operations.$get({ query })))).flatMap(page => page.operations as Operation[]),
    cancel: async id => (await json(api.operations[':id'].$delete({ param: { id: segment(id) } }))) as Operation,
    in: folder => workspaceClient(api, stream, folder),
  };
}

async function follow(
  stream: EventStream,
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
  onOpen?: () => void,
): Promise<void> {
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  const finish = () => ended.resolve();
  signal.addEventListener('abort', finish);
  try {
    const stop = await stream.listen({ onEvent, onEnd: ended.reject });
    try {
      if (!signal.aborted) onOpen?.();
      await ended.promise;
    } finally {
      stop();
    }
  } finally {
    signal.removeEventListener('abort', finish);
  }
}
