import type { SessionVersion, VersionAction } from '../../protocol/sessions.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { withLock } from '../lock.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { PacksTaken } from '../vault/packs-taken.ts';
import { storing } from '../vault/storing.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { whenFree } from '../wait.ts';
import { ContentSink, readSessionContent, type SessionContent } from './content.ts';
import { absoluteContent, type SessionPlace } from './places.ts';
import { type LiveContent, putLive } from './put-live.ts';
import { recordVersion } from './record-version.ts';
import { latestVersion, readVersion, type StoredVersion, sessionKey, versionInfo } from './versions.ts';

/** What a change of one session works with, while nobody else of Holdfast changes it. */
export interface Change {
  context: Context;
  place: SessionPlace;
  store: ObjectStore;
  sink: ContentSink;
  work: Work;
  /** The newest version: what lies there now, captured just before. Absent for a session without content. */
  latest: StoredVersion | undefined;
  /** What lies there now; absent when nothing does. */
  live: LiveContent | undefined;
  /** Puts a content in place, with the words of a native session, and makes it the next version. Equal content makes none. */
  commit(action: VersionAction, from: number | null, content: SessionContent, words?: Buffer): Promise<StoredVersion>;
}

/**
 * Runs `change` as the only writer of a session. What other programs wrote since the newest version becomes a version
 * first, so that it is never lost and never taken for something that the caller has seen.
 *
 * @throws CONFLICT for a legacy session, LOCKED (wait.ts), DISK_FULL, ROOT_MISSING
 */
export async function changeSession<T>(
  context: Context,
  place: SessionPlace,
  work: Work,
  change: (change: Change) => Promise<T>,
): Promise<T> {
  requireRoot(context);
  refuseLegacy(place);
  ensureVault(context);
  await settleRoot(context);
  const key = sessionKey(place.location);
  const lock = vaultPath(context, 'locks', `session-${key}.json`);
  return whenFree(context.ports, [lock], work, () =>
    withLock(context.ports, lock, () =>
      storing(context, async store => {
        const sink = new ContentSink(store);
        const { latest, live } = await captured(context, place, store, sink, work);
        const commit: Change['commit'] = async (action, from, content, words) => {
          if (live && latest?.contentHash === content.contentHash) return latest;
          const placed = await putLive(context, place, content, { sink, store, live, words }, work);
          return recordPlaced(context, place, { ...content, ...placed }, { action, from }, latest, store, work);
        };
        return change({ context, place, store, sink, work, latest, live, commit });
      }),
    ),
  );
}

/** What lies there already is recorded for what it is, also when prune took away some of it meanwhile. */
async function recordPlaced(
  ...[context, place, content, what, before, store, work]: [...Parameters<typeof recordVersion>, Work]
): Promise<StoredVersion> {
  try {
    return recordVersion(context, place, content, what, before, store);
  } catch (error) {
    if (!(error instanceof PacksTaken)) throw error;
    return storing(context, async again => {
      const stored = await readSessionContent(context, absoluteContent(context, place), new ContentSink(again), work);
      await again.flush();
      return recordVersion(context, place, stored, what, before, again);
    });
  }
}

/** The newest version after what lies there was made one, if it differs. */
async function captured(
  context: Context,
  place: SessionPlace,
  store: ObjectStore,
  sink: ContentSink,
  work: Work,
): Promise<{ latest: StoredVersion | undefined; live: LiveContent | undefined }> {
  const latest = latestVersion(context, sessionKey(place.location));
  const absolute = absoluteContent(context, place);
  try {
    const trees = new ContentSink();
    const now = await readSessionContent(context, absolute, trees, work);
    sink.learn(trees);
    const live = { trees, tree: now.tree };
    if (latest?.contentHash === now.contentHash && latest.action !== 'delete') return { latest, live };
    const content = await readSessionContent(context, absolute, sink, work);
    if (content.torn[0]) {
      throw new HoldfastError('CONFLICT', 'Some program is writing this session, so it cannot be captured whole.', {
        path: place.location,
        hint: `Try again when it is done (${content.torn[0].reason}).`,
      });
    }
    await store.flush();
    return { latest: recordVersion(context, place, content, { action: 'capture', from: null }, latest, store), live };
  } catch (error) {
    if (isAbsent(error)) return { latest, live: undefined };
    throw error;
  }
}

/** The version that a change was made from: its number, or any of several with how the hash of each begins (ETags). */
export type Expected = number | readonly { version: number; hashStart: string }[];

/**
 * @param expected absent: whatever there is
 * @returns the number of the version that was expected and is there
 * @throws VERSION_CONFLICT with both versions
 */
export function checkExpected({ context, place, latest }: Change, expected: Expected | undefined): number | null {
  if (expected === undefined) return null;
  const current = { version: latest?.version ?? 0, contentHash: latest?.contentHash ?? '' };
  const fits = (one: { version: number; hashStart: string }) =>
    one.version === current.version && current.contentHash.startsWith(one.hashStart);
  const wanted = typeof expected === 'number' ? [{ version: expected, hashStart: '' }] : expected;
  if (wanted.some(fits)) return current.version;
  const from = wanted[0]?.version;
  throw new HoldfastError(
    'VERSION_CONFLICT',
    `The session is at version ${current.version}, and this was made from ${
      from === undefined ? 'another one' : from === current.version ? 'other content' : `version ${from}`
    }.`,
    {
      path: place.location,
      hint: 'Compare the two with: holdfast session diff. Then merge, or update again expecting the newer one.',
      details: {
        expected: from === undefined ? null : versionOrNull(context, place, from),
        current: latest ? versionInfo(latest) : null,
      },
    },
  );
}

function versionOrNull(context: Context, place: SessionPlace, version: number): SessionVersion | null {
  try {
    return versionInfo(readVersion(context, sessionKey(place.location), version));
  } catch (error) {
    if (HoldfastError.is(error, 'NOT_FOUND', 'CORRUPT')) return null;
    throw error;
  }
}

/** @throws CONFLICT for a session that is not in the root */
export function refuseLegacy(place: SessionPlace): void {
  if (!place.legacy) return;
  throw new HoldfastError('CONFLICT', 'This session still lies in a legacy place, where nothing is changed.', {
    path: place.location,
    hint: 'Bring it into the root first: holdfast migrate plan',
  });
}
