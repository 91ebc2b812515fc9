import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { namesIn, realPath } from '../reading/directories.ts';
import { type Destination, emptyFolderNote, gather } from '../reading/gather.ts';
import { isUuid } from '../reading/uuid.ts';
import { checkpointWarnings } from './checkpoint.ts';
import { isNotebookFile, notebookDirectories, personasDirectory, workspaceDirectories } from './places.ts';

/**
 * Where the state of Digital Article lies besides the root: its notebooks, personas, and every directory that was ever
 * its workspace. Four layouts of that directory can coexist in one checkout:
 *
 *     G0 data/<file>, shared by all notebooks     G2 <uuid>/data/<file>
 *     G1 data/<uuid>/<file>                       G3 <uuid>/state/<file>
 *
 * In the root everything has the order of G3; what all notebooks shared goes to `shared/`.
 */
export function legacySources(view: ProfileView): LegacySource[] {
  const root = realPath(view, view.root);
  const notebooks = notebookDirectories(view);
  const personas = personasDirectory(view);
  const workspaces = workspaceDirectories(view);
  // What is in its final place, and what another source reports, is not looked into a second time.
  const claimed = new Set([root, path.join(root, 'notebooks')]);
  for (const place of [...notebooks, ...workspaces, ...(personas ? [personas] : [])])
    claimed.add(realPath(view, place));

  const isFinal = (place: string) => [root, path.join(root, 'notebooks')].includes(realPath(view, place));
  const sources: LegacySource[] = [];
  for (const place of notebooks) {
    if (isFinal(place)) continue;
    const found = gather({ view, directory: place, destination: notebookDestination, claimed });
    sources.push({ ...described(view, place, 'Notebooks'), ...found, warnings: [] });
  }
  const known = notebookIds(view, notebooks);
  for (const place of workspaces) {
    if (isFinal(place)) continue;
    const leaveOut = (at: string) =>
      at === vaultName ? 'The vault of another root; its snapshots stay there.' : undefined;
    const found = gather({ view, directory: place, destination: workspaceDestination, claimed, leaveOut });
    let warnings: LegacySource['warnings'] | undefined;
    sources.push({
      ...described(view, place, 'Execution state, uploads and settings'),
      ...found,
      // Hashing gigabytes of checkpoints is for those who read the warnings: a plan, not every look at the status.
      get warnings() {
        warnings ??= workspaceWarnings(view, place, found.entries, known);
        return warnings;
      },
    });
  }
  if (personas && !isFinal(personas)) {
    // Part of the program and not of its state: an update brings its own, and the user's are beside them.
    const system = path.join(personas, 'system');
    claimed.add(realPath(view, system));
    const found = gather({ view, directory: personas, destination: at => ({ target: `personas/${at}` }), claimed });
    const stays = {
      path: shownPath(view.workspace, system),
      message: 'These come with the program and stay where they are.',
    };
    const warnings = view.fs.existsSync(system) ? [stays] : [];
    sources.push({ ...described(view, personas, 'Personas'), ...found, warnings });
  }
  return sources.filter(source => source.entries.length > 0 || source.omitted.length > 0);
}

function described(view: ProfileView, place: string, title: string): Pick<LegacySource, 'id' | 'title' | 'path'> {
  return { id: shownPath(view.workspace, place), title, path: place };
}

function notebookDestination(at: string): Destination {
  return { target: `notebooks/${at}`, note: leftoverNote(at) };
}

function leftoverNote(at: string): string | undefined {
  if (at.endsWith('.tmp')) return 'Left over from a save that was interrupted; kept.';
  if (at.endsWith('.corrupted')) return 'Set aside by the program, which could not read it; kept.';
  return undefined;
}

const sameInRoot = new Set(['user_settings', 'traces', 'notebooks', 'personas', 'releases', 'shared']);

function workspaceDestination(at: string): Destination {
  const [first = '', second = '', ...rest] = at.split('/');
  const note = leftoverNote(at);
  if (isUuid(first) || sameInRoot.has(first)) return { target: at, note };
  if (first === 'data' && isUuid(second)) {
    return { target: [second, 'data', ...rest].join('/'), note: note ?? 'From an early layout (data/<notebook>).' };
  }
  if (first === 'data' || at === 'data_registry.json') {
    return { target: `shared/${at}`, note: note ?? 'From the first layout, where all notebooks shared one folder.' };
  }
  return { target: at, note: note ?? 'Not known to the profile; kept under the same name.' };
}

/** The ids of all notebooks, wherever they lie. */
function notebookIds(view: ProfileView, directories: string[]): Set<string> {
  return new Set(
    [...directories, path.join(view.root, 'notebooks')]
      .flatMap(directory => namesIn(view, directory))
      .filter(isNotebookFile)
      .map(name => name.slice(0, name.indexOf('.')).toLowerCase()),
  );
}

function workspaceWarnings(
  view: ProfileView,
  directory: string,
  entries: LegacyEntry[],
  known: Set<string>,
): LegacySource['warnings'] {
  const warnings: LegacySource['warnings'] = [];
  const warn = (path: string, message: string) => warnings.push({ path: shownPath(view.workspace, path), message });
  const held = entries.filter(entry => entry.note !== emptyFolderNote);
  const notebooks = new Set(held.map(entry => entry.target.split('/')[0]!).filter(isUuid));
  for (const id of notebooks) {
    const own = `${directory}/${id}`;
    if (!known.has(id.toLowerCase())) {
      warn(own, 'No notebook has this id any more; what belongs to it is kept.');
    }
    for (const { path, message } of checkpointWarnings(view.fs, `${own}/state`)) warn(path, message);
  }
  return warnings;
}
