import path from 'node:path';
import { ImportSession, type SessionImported } from '../../protocol/share.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { newId } from '../id.ts';
import { Pace } from '../pace.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { BundleFile } from '../snapshots/bundle/bundle-file.ts';
import { otherBundle } from '../snapshots/bundle/format.ts';
import { inspectBundle } from '../snapshots/bundle/inspect.ts';
import { storeObjects } from '../snapshots/bundle/store-objects.ts';
import type { BundledSession } from './bundled.ts';
import { type Change, changeSession } from './change.ts';
import { ContentSink, readSessionContent, summaryOf } from './content.ts';
import { describeSession } from './describe.ts';
import { checkSize } from './given.ts';
import { lookAt } from './look.ts';
import { absoluteContent, nativePlace, type SessionPlace } from './places.ts';
import { putLive } from './put-live.ts';
import {
  createVersion,
  readVersion,
  removeVersions,
  type StoredVersion,
  sessionKey,
  versionNumbers,
} from './versions.ts';
import { encodeWords } from './words.ts';

/**
 * Takes a session with its versions out of a bundle, to where it lay. The bundle is read to its end and checked before
 * anything is written; a session that is here already stays as it is.
 *
 * The versions come first, then the files, all of them or none: after a crash in between the session is not there, and
 * importing again completes it.
 *
 * @throws NOT_FOUND, CORRUPT, ARCHIVE_UNSAFE, NEWER_VERSION, USAGE for a bundle of a snapshot, CONTENT_TOO_LARGE,
 * CONFLICT (another content lies there or was there; an application's session in another application's root),
 * DISK_FULL, CANCELLED; then nothing was imported
 */
export async function importSession(context: Context, input: ImportSession, work: Work): Promise<SessionImported> {
  requireRoot(context);
  const { file: given, asNew } = ImportSession.parse(input);
  const file = path.resolve(context.workspace, given);
  const bundle = new BundleFile(context.ports, file);
  try {
    const pace = new Pace(work);
    const inspected = await inspectBundle(bundle, context.ports.platform, pace);
    if (!('session' in inspected.record)) throw otherBundle(file, 'snapshot');
    const session = asNew ? renewed(context, inspected.record.session) : inspected.record.session;
    checkSize(context, lastOf(session).bytes);
    const place = placeIn(context, session);
    // A crash may have left its files on their way.
    await settleRoot(context);
    if (await isHere(context, place, session, work)) return { ...(await described(context, place)), imported: false };
    await changeSession(context, place, work, async change => {
      if (change.live) throw taken(place);
      checkHistory(context, place, session);
      await storeObjects(change.store, bundle, inspected, pace);
      const made: number[] = [];
      try {
        await recordVersions(change, session, made, pace);
        await putContent(change, session, work);
      } catch (error) {
        removeVersions(context, sessionKey(place.location), made);
        throw error;
      }
    });
    const result = await described(context, place);
    appendLog(context, {
      action: 'session.import',
      target: result.session.id,
      details: { file, versions: session.versions.length, location: place.location },
    });
    return { ...result, imported: true };
  } finally {
    bundle.close();
  }
}

function lastOf({ versions }: BundledSession): StoredVersion {
  return versions.at(-1)!;
}

/** The same as a session of Holdfast's own under a new id, whatever it was. */
function renewed(context: Context, session: BundledSession): BundledSession {
  const last = lastOf(session);
  const { title, description, owner, template, sessionCreatedAt, createdAt } = last;
  const id = newId(context.ports);
  const { location } = nativePlace(id);
  const said = session.words ?? { title, description, owner, template, createdAt: sessionCreatedAt ?? createdAt };
  const own = { key: sessionKey(location), location, type: 'dir' as const };
  const versions = session.versions.map(version => ({ ...version, ...own }));
  return { ...session, location, words: { ...said, id }, versions };
}

/** @throws CONFLICT where the application would not know it */
function placeIn(context: Context, { location, words, profile }: BundledSession): SessionPlace {
  if (words) return nativePlace(words.id);
  if (profile === context.profile.id) return { location, content: location, native: false, legacy: false };
  throw new HoldfastError(
    'CONFLICT',
    `The session is one of the application "${profile}", and this root is of "${context.profile.id}".`,
    { path: location, hint: 'Nothing was changed. To make it a session of Holdfast, add: --as-new' },
  );
}

/** Whether the very session lies there, as it was exported. @throws CONFLICT when something else does */
async function isHere(context: Context, place: SessionPlace, session: BundledSession, work: Work): Promise<boolean> {
  const last = lastOf(session);
  try {
    const sink = new ContentSink();
    const { contentHash } = await readSessionContent(context, absoluteContent(context, place), sink, work);
    const key = sessionKey(place.location);
    const known = versionNumbers(context, key).includes(last.version) && readVersion(context, key, last.version);
    if (known && isSame(known, last) && contentHash === last.contentHash) return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  throw taken(place);
}

function taken(place: SessionPlace): HoldfastError {
  return new HoldfastError('CONFLICT', 'There is another content, or history, of this session here.', {
    path: place.location,
    hint: 'Nothing was changed. To have both, add: --as-new',
  });
}

function isSame(one: StoredVersion, other: StoredVersion): boolean {
  return one.contentHash === other.contentHash && one.createdAt === other.createdAt && one.action === other.action;
}

/** What is known here of the session must be what the bundle tells of it. @throws CONFLICT, CORRUPT */
function checkHistory(context: Context, place: SessionPlace, { versions }: BundledSession): void {
  const key = sessionKey(place.location);
  const here = new Set(versionNumbers(context, key));
  for (const version of versions)
    if (here.has(version.version) && !isSame(readVersion(context, key, version.version), version)) throw taken(place);
}

/**
 * Those that retention took away here, from among those that stayed, are not brought back.
 *
 * @param made those that were not here, as far as it came
 */
async function recordVersions(
  { context, latest, store }: Change,
  { versions }: BundledSession,
  made: number[],
  pace: Pace,
): Promise<void> {
  const wanted = versions.filter(({ version }) => version > (latest?.version ?? 0));
  for (const [done, version] of wanted.entries()) {
    if (createVersion(context, version, store)) made.push(version.version);
    if (pace.due()) await pace.breathe({ phase: 'Importing', done, total: wanted.length, unit: 'items' });
  }
}

async function putContent(change: Change, session: BundledSession, work: Work): Promise<void> {
  const { context, place, latest, sink, store, live } = change;
  const last = lastOf(session);
  const content = { type: last.type, ...summaryOf(sink, last.tree), torn: [] };
  const words = session.words ? encodeWords(context, session.words) : undefined;
  // It went on here and was deleted then: that stays in the history.
  if (latest && latest.version > last.version) await change.commit('import', last.version, content, words);
  else await putLive(context, place, content, { sink, store, live, words }, work);
}

async function described(context: Context, place: SessionPlace): Promise<Pick<SessionImported, 'session'>> {
  const look = lookAt(context, place);
  if (look) return { session: await describeSession(context, { place, look }) };
  throw new HoldfastError('NOT_FOUND', 'The session vanished meanwhile.', { path: place.location });
}
