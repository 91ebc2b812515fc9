import path from 'node:path';
import picomatch from 'picomatch';
import { isAbsent } from '../../engine/errors.ts';
import { isWithin } from '../../engine/names.ts';
import { expandPath } from '../../engine/root/expand.ts';
import { isObject, parseJson } from '../../engine/root/json-text.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import { walkFiles } from '../../engine/root/walk-files.ts';
import type { LegacySource, Profile, ProfileView, SessionFacts, SessionLocation } from '../profile.ts';
import type { CustomProfile } from './schema.ts';

const globOptions = { dot: true, windows: false, flags: 's' };

/** A profile made of the data in `holdfast.profile.json`. */
export function customProfile(data: CustomProfile): Profile {
  const { containerPath, ...root } = data.root;
  return {
    id: data.id,
    title: data.title,
    areas: data.areas,
    root: { ...root, ...(containerPath === undefined ? {} : { containerPath }) },
    detect: () => true,
    legacySources: view => data.legacy.map(legacy => legacySource(view, legacy)),
    sessionLocations: view => sessionLocations(view, data.sessions),
    readSession: (file, bytes) => readSession(data.sessions, file, bytes),
  };
}

function legacySource(view: ProfileView, legacy: CustomProfile['legacy'][number]): LegacySource {
  const directory = expandPath(legacy.path, { workspace: view.workspace, home: view.home, env: view.env });
  const source: LegacySource = {
    id: legacy.id,
    title: legacy.title,
    path: directory,
    entries: [],
    omitted: [],
    warnings: [],
  };
  const add = (inside: string) => {
    const target = [legacy.to, inside].filter(Boolean).join('/');
    source.entries.push({
      source: path.join(directory, inside),
      target,
      ...(legacy.note ? { note: legacy.note } : {}),
    });
  };
  const stat = statOf(view, directory);
  if (!stat) return source;
  if (!stat.isDirectory()) {
    source.entries.push({
      source: directory,
      target: legacy.to || path.basename(directory),
      ...(legacy.note ? { note: legacy.note } : {}),
    });
    return source;
  }
  const wanted = picomatch(legacy.files, globOptions);
  const excluded = picomatch(legacy.exclude, globOptions);
  const omit = (inside: string, reason: string) =>
    source.omitted.push({ path: shownPath(view.workspace, path.join(directory, inside)), reason });
  // A source that holds the root is read around it.
  const root = path.relative(directory, view.root).split(path.sep).join('/');
  const take = (inside: string) => {
    if (root !== '' && isWithin(inside, root)) return;
    if (excluded(inside)) omit(inside, 'excluded by the profile');
    else if (wanted(inside)) add(inside);
    else omit(inside, 'not among the files that the profile names');
  };
  walkFiles(view.fs, directory, take, inside => inside === root);
  return source;
}

function statOf({ fs }: ProfileView, file: string) {
  try {
    return fs.statSync(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function sessionLocations(view: ProfileView, sessions: CustomProfile['sessions']): SessionLocation[] {
  if (!sessions || !statOf(view, view.root)) return [];
  const isSession = picomatch(sessions.files, globOptions);
  const locations: SessionLocation[] = [];
  const own = (inside: string) => inside === '.holdfast';
  walkFiles(view.fs, view.root, inside => isSession(inside) && locations.push({ path: inside, legacy: false }), own);
  return locations;
}

function readSession(sessions: CustomProfile['sessions'], file: string, bytes: Buffer): SessionFacts {
  const json = parseJson(bytes.toString('utf8'));
  if ('problem' in json) throw new Error(`Not a session: ${json.problem}.`);
  const text = (keys: readonly string[] | undefined) => {
    let value: unknown = json.value;
    for (const key of keys ?? []) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return keys && typeof value === 'string' ? value : '';
  };
  const time = (keys: readonly string[] | undefined) => {
    const date = new Date(text(keys));
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  };
  const createdAt = time(sessions?.createdAt);
  const updatedAt = time(sessions?.updatedAt);
  return {
    id: path.posix.basename(file, path.posix.extname(file)),
    title: text(sessions?.title) || path.posix.basename(file),
    description: text(sessions?.description),
    owner: text(sessions?.owner),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}
