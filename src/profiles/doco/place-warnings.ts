import path from 'node:path';
import { isObject } from '../../engine/root/json-text.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { readJsonFile, readPythonJson, UnusableDocument, usable } from '../reading/bounded-json.ts';
import { type DataPlace, sessionDirectoryId } from './places.ts';
import { sessionLimit, sessionProblem } from './session-file.ts';
import { tokenWarnings } from './tokens.ts';

/** So many are named one by one; a directory where everything is odd needs no list of everything. */
const namedAtMost = 100;

type Warnings = LegacySource['warnings'];

/** What is odd in a data directory that is brought in: sessions, indexes and what they refer to, token stores. */
export function placeWarnings(view: ProfileView, place: DataPlace, entries: readonly LegacyEntry[]): Warnings {
  const warnings: Warnings = [];
  const files = new Map<string, Map<string, string>>();
  for (const { source, target, upgrade } of entries) {
    const at = target.slice(place.prefix.length);
    if (upgrade || !at.includes('.')) continue;
    const directory = path.posix.dirname(at);
    if (!files.has(directory)) files.set(directory, new Map());
    files.get(directory)!.set(path.posix.basename(at), source);
  }
  const sessions = [...(files.get('sessions') ?? [])].filter(([name]) => name.endsWith('.json'));
  warnings.push(...capped(view, place, 'sessions', sessionWarnings(view, sessions)));
  for (const [directory, names] of files) {
    const [first, group, ...rest] = directory.split('/');
    if (first !== 'storage' || rest.length > 0 || (group && sessionDirectoryId(group) !== undefined)) continue;
    warnings.push(
      ...capped(
        view,
        place,
        directory,
        indexWarnings(view, path.join(place.path, at(place, directory)), names, group !== undefined),
      ),
    );
  }
  for (const [name, file] of files.get('auth') ?? [])
    if (/^tokens\.json$|_tokens\.json$/.test(name)) warnings.push(...tokenWarnings(view, file));
  return warnings;
}

/** A directory of the data directory as one of the place, which may be only its `storage/`. */
function at({ part }: DataPlace, directory: string): string {
  return part === '' ? directory : directory.slice(part.length);
}

function capped(view: ProfileView, place: DataPlace, directory: string, warnings: Warnings): Warnings {
  if (warnings.length <= namedAtMost) return warnings;
  const shown = shownPath(view.workspace, path.join(place.path, at(place, directory)));
  const more = { path: shown, message: `${warnings.length - namedAtMost} more like these.` };
  return [...warnings.slice(0, namedAtMost), more];
}

function sessionWarnings(view: ProfileView, sessions: readonly [name: string, file: string][]): Warnings {
  return sessions.flatMap(([name, file]) => {
    const shown = shownPath(view.workspace, file);
    const json = readJsonFile(view.fs, file, sessionLimit, readPythonJson);
    const problem = json && sessionProblem(name, json);
    if (problem === undefined) return [];
    return [{ path: shown, message: `${problem} It is kept; with it there, the program's server may not start.` }];
  });
}

/**
 * The index of a directory and the blobs beside it. Rendered documents (`<group>/<guid>.json`) are in no index, so JSON
 * in a group is none that is missing there.
 */
function indexWarnings(
  view: ProfileView,
  directory: string,
  names: ReadonlyMap<string, string>,
  inGroup: boolean,
): Warnings {
  const { fs, workspace } = view;
  const blobs = [...names.keys()].filter(name => isBlob(name) && !(inGroup && name.endsWith('.json')));
  const index = names.get('metadata.json');
  const missing = path.join(directory, 'metadata.json');
  if (index === undefined) {
    if (blobs.length === 0) return [];
    const message = `${blobs.length} blobs have no index: their groups and aliases are not known. They are kept.`;
    return [{ path: shownPath(workspace, missing), message }];
  }
  let listed: Record<string, unknown>;
  try {
    const json = readJsonFile(fs, index, 16 * 1024 * 1024);
    const parsed = json && usable(json).value;
    if (!isObject(parsed)) throw new UnusableDocument('It does not hold an object.');
    listed = parsed;
  } catch (error) {
    if (!(error instanceof UnusableDocument)) throw error;
    const message = `${error.message} Kept as it is; the program takes such an index for empty and overwrites it with its next file.`;
    return [{ path: shownPath(workspace, index), message }];
  }
  const stems = new Set([...names.keys()].filter(isBlob).map(stemOf));
  const warnings: Warnings = [];
  for (const guid of Object.keys(listed).sort()) {
    if (stems.has(guid)) continue;
    const entry = listed[guid];
    const format = isObject(entry) && typeof entry.format === 'string' ? `.${entry.format}` : '';
    // A name out of a file is shown only where it is one.
    const name = /^[\w-]+$/.test(guid) && /^(?:\.\w+)?$/.test(format) ? guid + format : 'a file with an odd name';
    warnings.push({ path: shownPath(workspace, index), message: `It lists ${name}, which is not there. It is kept.` });
  }
  for (const blob of blobs) {
    if (Object.hasOwn(listed, stemOf(blob))) continue;
    const message = 'The index does not list it, so its group and aliases are not known. It is kept.';
    warnings.push({ path: shownPath(workspace, names.get(blob)!), message });
  }
  return warnings;
}

function isBlob(name: string): boolean {
  return name !== 'metadata.json' && !name.startsWith('.') && !/(?:\.tmp|\.bak|\.swp|~)$/.test(name);
}

function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
