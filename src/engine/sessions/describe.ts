import type { Session } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { shownPath } from '../root/shown-path.ts';
import { hasBuffer } from './buffers/files.ts';
import type { LocatedSession } from './collect.ts';
import { ContentSink, readSessionContent } from './content.ts';
import { absoluteContent } from './places.ts';
import { latestVersion, type StoredVersion, sessionKey } from './versions.ts';

/** A session as people see it: what it says about itself, and how it stands to its history. Reads its content. */
export async function describeSession(context: Context, { place, look }: LocatedSession): Promise<Session> {
  const { facts, bytes } = look;
  const key = sessionKey(place.location);
  const { latest, damage } = place.legacy ? {} : newest(context, key);
  const { contentHash, problem } = await hashOf(context, { place, look }, latest);
  const broken = look.broken ?? damage ?? problem;
  const { id, title, description, owner, template, createdAt, updatedAt } = facts;
  return {
    id,
    title,
    description,
    owner,
    template,
    version: latest?.version ?? 1,
    contentHash,
    createdAt,
    updatedAt,
    bytes,
    location: place.legacy ? shownPath(context.workspace, place.location) : place.location,
    legacy: place.legacy,
    unsaved: !place.legacy && hasBuffer(context, key),
    ...(latest && !broken && latest.contentHash !== contentHash ? { uncaptured: true as const } : {}),
    ...(broken === undefined ? {} : { broken }),
  };
}

/** A history that cannot be read is said, and hides nothing of the session itself. */
function newest(context: Context, key: string): { latest?: StoredVersion | undefined; damage?: string } {
  try {
    return { latest: latestVersion(context, key) };
  } catch (error) {
    if (!HoldfastError.is(error, 'CORRUPT', 'NEWER_VERSION')) throw error;
    return { damage: `Its newest version cannot be read: ${error.message}` };
  }
}

const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

async function hashOf(
  context: Context,
  { place }: LocatedSession,
  latest: StoredVersion | undefined,
): Promise<{ contentHash: string; problem?: string }> {
  try {
    const { contentHash } = await readSessionContent(context, absoluteContent(context, place), new ContentSink(), {});
    return { contentHash };
  } catch (error) {
    if (isAbsent(error)) return { contentHash: latest?.contentHash ?? nothing };
    return { contentHash: nothing, problem: asHoldfastError(error).message };
  }
}
