import type { VersionAction } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import type { SessionContent } from './content.ts';
import { lookAt } from './look.ts';
import type { SessionPlace } from './places.ts';
import { createVersion, type StoredVersion, sessionKey } from './versions.ts';

/**
 * The commit point of a version: its content is stored, and what it says of itself is read from where it lies.
 *
 * @param before the newest version until now
 * @param store holds the content
 * @throws PacksTaken, LOCKED when somebody else made this version
 */
export function recordVersion(
  context: Context,
  place: SessionPlace,
  { type, tree, contentHash, files, bytes }: Omit<SessionContent, 'torn'>,
  { action, from }: { action: VersionAction; from: number | null },
  before: StoredVersion | undefined,
  store: Pick<ObjectStore, 'checkPacks'>,
): StoredVersion {
  const facts = lookAt(context, place)?.facts;
  const version: StoredVersion = {
    key: sessionKey(place.location),
    location: place.location,
    version: (before?.version ?? 0) + 1,
    action,
    from,
    type,
    tree,
    contentHash,
    files,
    bytes,
    createdAt: context.ports.now().toISOString(),
    actor: context.ports.user,
    title: facts?.title ?? before?.title ?? '',
    description: facts?.description ?? before?.description ?? '',
    owner: facts?.owner ?? before?.owner ?? '',
    template: facts?.template ?? before?.template ?? null,
    sessionCreatedAt: facts?.createdAt ?? before?.sessionCreatedAt ?? null,
  };
  if (createVersion(context, version, store)) return version;
  throw new HoldfastError('LOCKED', 'Somebody else made this version of the session.', {
    path: place.location,
    hint: 'Run the command again.',
  });
}
