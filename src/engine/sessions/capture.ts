import type { Context } from '../context.ts';
import type { Work } from '../ports.ts';
import { changeSession } from './change.ts';
import { ContentSink, readSessionContent } from './content.ts';
import { absoluteContent, type SessionPlace } from './places.ts';
import { latestVersion, sessionKey } from './versions.ts';

/**
 * Makes what some program wrote into a session its next version, unless it is the newest one already.
 *
 * @returns the number of the newest version; `undefined` where nothing lies
 * @throws CONFLICT while the session is being written
 */
export async function captureSession(context: Context, place: SessionPlace, work: Work): Promise<number | undefined> {
  return changeSession(context, place, work, async ({ latest }) => latest?.version);
}

/** Whether what lies there is the newest version already. Takes no lock and writes nothing. */
export async function isCaptured(context: Context, place: SessionPlace, work: Work): Promise<boolean> {
  const latest = latestVersion(context, sessionKey(place.location));
  if (!latest || latest.action === 'delete') return false;
  const { contentHash } = await readSessionContent(context, absoluteContent(context, place), new ContentSink(), work);
  return contentHash === latest.contentHash;
}
