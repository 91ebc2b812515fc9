import path from 'node:path';
import { ExportSession, type SessionExported } from '../../protocol/share.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { areaOf } from '../root/areas.ts';
import { linksOutside } from '../snapshots/bundle/select.ts';
import { checkPlace, writeBundle } from '../snapshots/bundle/to-file.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { contentObjects } from '../vault/tree.ts';
import { captureSession } from './capture.ts';
import { findSession } from './collect.ts';
import type { SessionPlace } from './places.ts';
import { readVersion, type StoredVersion, sessionKey, versionNumbers } from './versions.ts';
import { readWords } from './words.ts';

/**
 * Writes a session with its words and every version that is kept into one file that `importSession` reads on any
 * machine. What some program wrote meanwhile becomes a version first. All of it or nothing: a session without some of
 * its files would be another one.
 *
 * @throws NOT_FOUND, AMBIGUOUS, CONFLICT (something is there; a legacy session; secrets that were not asked for; a link
 * that leads out of the session), CORRUPT, DISK_FULL, CANCELLED; then no file is there
 */
export async function exportSession(
  context: Context,
  reference: string,
  input: ExportSession,
  work: Work,
): Promise<SessionExported> {
  requireRoot(context);
  const options = ExportSession.parse(input);
  const { place, look } = findSession(context, reference);
  const file = path.resolve(context.workspace, options.file);
  await captureSession(context, place, work);
  checkPlace(context, file);
  const key = sessionKey(place.location);
  const versions = versionNumbers(context, key).map(number => readVersion(context, key, number));
  const words = place.native ? readWords(context, path.posix.basename(place.location)) : null;
  const record = { session: { profile: context.profile.id, location: place.location, words, versions } };
  const store = new ObjectStore(context);
  try {
    const selected = await objectsOf(context, store, place, versions, options.includeSecrets, new Pace(work));
    const written = await writeBundle(context, store, file, record, selected, work);
    const { id } = look.facts;
    const { files = 0, bytes = 0 } = versions.at(-1) ?? {};
    appendLog(context, {
      action: 'session.export',
      target: id,
      details: { file, versions: versions.length, secrets: options.includeSecrets },
    });
    return { session: id, location: place.location, file, versions: versions.length, files, bytes, ...written };
  } finally {
    await store.close();
  }
}

/** Everything that the versions refer to. @throws CONFLICT for what must not leave the machine, CORRUPT */
async function objectsOf(
  context: Context,
  store: ObjectStore,
  place: SessionPlace,
  versions: readonly StoredVersion[],
  includeSecrets: boolean,
  pace: Pace,
): Promise<{ trees: Map<string, undefined>; contents: Set<string> }> {
  const trees = new Map<string, undefined>();
  const contents = new Set<string>();
  const checked = new Set<string>();
  for (const { tree, type, version } of versions) {
    if (trees.has(tree)) continue;
    trees.set(tree, undefined);
    const above = type === 'dir' ? place.content : path.posix.dirname(place.content);
    let hasLinks = false;
    for (const { path: inside, entry } of walkTree(store, tree)) {
      if (pace.due()) await pace.breathe({ phase: 'Looking what there is', done: 0, total: 0, unit: 'items' });
      if (entry.type === 'link') hasLinks = true;
      if (entry.type === 'dir') {
        trees.set(entry.tree, undefined);
        continue;
      }
      if (entry.type === 'file') for (const object of contentObjects(entry)) contents.add(object);
      const at = path.posix.join(above, inside);
      if (includeSecrets || checked.has(at)) continue;
      checked.add(at);
      refuseSecret(context, at, version);
    }
    const [outside] = hasLinks ? await linksOutside(context, store, tree, pace) : [];
    if (outside !== undefined) {
      throw new HoldfastError('CONFLICT', `In version ${version} a link leads out of the session.`, {
        path: path.posix.join(above, outside),
        hint: 'Nothing was written. On another machine it would mean nothing, or harm.',
      });
    }
  }
  return { trees, contents };
}

function refuseSecret({ profile }: Context, at: string, version: number): void {
  const area = areaOf(profile, at);
  if (!area?.secret) return;
  throw new HoldfastError(
    'CONFLICT',
    `Version ${version} of the session has what the area "${area.id}" keeps secret.`,
    {
      path: at,
      hint: 'Nothing was written. To export it all the same, add: --include-secrets',
    },
  );
}
