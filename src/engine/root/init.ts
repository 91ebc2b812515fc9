import type { RootCreated } from '../../protocol/root.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { asHoldfastError } from '../errors.ts';
import { ensureVault } from '../vault/vault-record.ts';

/**
 * Makes the root and its vault; what is there already is left as it is. The root gets the usual mode, for the
 * application may run as somebody else; only the vault is private.
 *
 * @returns `created`: whether a vault was made now
 */
export function initRoot(context: Context): RootCreated {
  try {
    makeDirectory(context.ports, context.root, 0o777);
  } catch (error) {
    throw asHoldfastError(error);
  }
  const { record, created } = ensureVault(context);
  if (created)
    appendLog(context, { action: 'root.init', target: record.rootId, details: { profile: context.profile.id } });
  return { root: context.root, rootId: record.rootId, created };
}
