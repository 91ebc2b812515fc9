import type { Context } from '../context.ts';
import type { Work } from '../ports.ts';
import { changeSession } from './change.ts';
import type { SessionPlace } from './places.ts';

/**
 * Makes what some program wrote into a session its next version, unless it is the newest one already.
 *
 * @returns the number of the newest version; `undefined` where nothing lies
 * @throws CONFLICT while the session is being written
 */
export async function captureSession(context: Context, place: SessionPlace, work: Work): Promise<number | undefined> {
  return changeSession(context, place, work, async ({ latest }) => latest?.version);
}
