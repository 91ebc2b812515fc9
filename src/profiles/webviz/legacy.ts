import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { largest, readJsonFile } from '../reading/bounded-json.ts';
import { namesIn, realPath } from '../reading/directories.ts';
import { type Destination, gather } from '../reading/gather.ts';
import {
  type Container,
  containers,
  type DocumentFacts,
  documentFacts,
  documentUpgrades,
  isContainer,
} from './documents.ts';
import { localStorageEntries, localStorageProblems } from './local-storage.ts';
import { exportDirectories, localStorageFile } from './places.ts';

/** Where state of Webviz lies besides the root: an export of its database and of the browser's storage. */
export function legacySources(view: ProfileView): LegacySource[] {
  return exportDirectories(view)
    .map(directory => exportSource(view, directory))
    .filter(source => source.entries.length > 0 || source.omitted.length > 0);
}

/**
 * One directory with exported documents.
 *
 *     sessions/<id>.json                      → the same, without the database's system properties
 *     snapshots/<id>.json                     → the same
 *     snapshot_access_logs/<id>.json          → the same
 *       their system properties               → system_properties/<container>/<id>.json
 *     localStorage.json, an unsaved session   → local/<key>.json
 *     localStorage.json, all other keys       → settings/localStorage.json
 */
export function exportSource(view: ProfileView, directory: string): LegacySource {
  const { fs, workspace } = view;
  const found = gather({
    view,
    directory,
    destination,
    claimed: new Set([realPath(view, view.root)]),
    leaveOut: at => (at === vaultName ? 'The vault of another root; its snapshots stay there.' : undefined),
  });
  const omitted = [...found.omitted];
  const entries = found.entries.flatMap(entry => {
    try {
      return upgraded(view, entry);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      if (!isAbsent(error)) {
        omitted.push({ path: shownPath(workspace, entry.source), reason: `It cannot be read (${code}).` });
      }
      return [];
    }
  });
  let warnings: LegacySource['warnings'] | undefined;
  return {
    id: shownPath(workspace, directory),
    title: 'Exported sessions, snapshots and browser storage',
    path: directory,
    entries,
    omitted,
    // Hashing every content is for those who read the warnings: a plan, not every look at the status.
    get warnings() {
      warnings ??= exportWarnings(view, directory, fs.existsSync(`${directory}/${localStorageFile}`));
      return warnings;
    },
  };
}

const ownNames = new Set([...Object.keys(containers), 'local', 'settings', 'system_properties']);

function destination(at: string): Destination {
  const [first = '', ...rest] = at.split('/');
  if (at === localStorageFile) return { target: `settings/${at}` };
  if (/\.(tmp|bak|crdownload|part)$/.test(at))
    return { target: at, note: 'Left over from an interrupted export; kept.' };
  if (!ownNames.has(first)) return { target: at, note: 'Not known to the profile; kept under the same name.' };
  if (isContainer(first) && (rest.length !== 1 || !at.endsWith('.json'))) {
    return { target: at, note: 'Not a document of an export; kept under the same name.' };
  }
  return { target: at };
}

/** The entry, or those that its parts become. */
function upgraded(view: ProfileView, entry: LegacyEntry): LegacyEntry[] {
  const [container, name] = entry.target.split('/');
  const isDocument = isContainer(container) && isDocumentName(entry.target);
  if (view.shallow || (!isDocument && path.basename(entry.source) !== localStorageFile)) return [entry];
  const stats = view.fs.lstatSync(systemPath(entry.source));
  if (!stats.isFile() || stats.size > largest) return [entry];
  const bytes = view.fs.readFileSync(systemPath(entry.source));
  // Only the export's own: a root of before has one in `settings/`, with nothing left to take out of it.
  if (!isDocument)
    return entry.source.endsWith(`settings/${localStorageFile}`) ? [entry] : localStorageEntries(entry.source, bytes);
  const { document, system } = documentUpgrades(container, bytes);
  return [
    document ? { ...entry, upgrade: document } : entry,
    ...(system
      ? [
          {
            source: entry.source,
            target: `system_properties/${container}/${name}`,
            note: 'What the database added to the document.',
            upgrade: system,
          },
        ]
      : []),
  ];
}

function isDocumentName(target: string): boolean {
  return target.endsWith('.json') && target.split('/').length === 2;
}

interface Document extends DocumentFacts {
  /** Absolute. */
  file: string;
  /** The file's name without `.json`. */
  name: string;
}

/** Everything odd in an export, by file; then what does not fit together. */
function exportWarnings(view: ProfileView, directory: string, hasStorage: boolean): LegacySource['warnings'] {
  const warnings: LegacySource['warnings'] = [];
  const warn = (file: string, message: string) => warnings.push({ path: shownPath(view.workspace, file), message });
  const all = (container: Container, place = directory) => documentsIn(view, `${place}/${container}`, container);
  const sessions = all('sessions');
  const snapshots = all('snapshots');
  const logs = all('snapshot_access_logs');
  for (const documents of [sessions, snapshots, logs]) {
    const first = new Map<string, Document>();
    for (const document of documents) {
      for (const problem of document.problems) warn(document.file, problem);
      const id = document.id ?? document.name;
      const other = first.get(id);
      if (other) warn(document.file, `It has the id of ${shownPath(view.workspace, other.file)}. Both are kept.`);
      else first.set(id, document);
    }
  }
  // What was migrated earlier is in the root, and still belongs to what is exported now.
  const known = new Set([...snapshots, ...all('snapshots', view.root)].flatMap(one => [one.id ?? one.name, one.name]));
  for (const { file, snapshotId, snapshotDeleted } of logs) {
    if (snapshotId === undefined) continue;
    if (!known.has(snapshotId) && !snapshotDeleted) {
      warn(file, 'Its snapshot is gone, but the log does not say so: it was deleted while Webviz restarted. Kept.');
    } else if (known.has(snapshotId) && snapshotDeleted) {
      warn(file, 'It says that its snapshot was deleted, and the snapshot is here. Both are kept.');
    }
  }
  if (!hasStorage) return warnings;
  const saved = new Map([...all('sessions', view.root), ...sessions].map(one => [one.id ?? one.name, one.updatedAt]));
  const storage = `${directory}/${localStorageFile}`;
  const json = readJsonFile(view.fs, storage);
  if (json) for (const problem of localStorageProblems(json, saved)) warn(storage, problem);
  return warnings;
}

function documentsIn(view: ProfileView, directory: string, container: Container): Document[] {
  return namesIn(view, directory)
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      const file = `${directory}/${name}`;
      const json = readJsonFile(view.fs, file);
      const stem = name.slice(0, -'.json'.length);
      return json ? [{ ...documentFacts(container, stem, json), file, name: stem }] : [];
    });
}
