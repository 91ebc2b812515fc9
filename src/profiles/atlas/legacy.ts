import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { specialKind } from '../../engine/read-directory.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { largest, UnusableDocument } from '../reading/bounded-json.ts';
import { isThere, leadsIntoRoot, namesIn, realPath } from '../reading/directories.ts';
import { gather } from '../reading/gather.ts';
import { preferences, type StatePlace, stateFile, statePlaces } from './places.ts';
import { stateWarnings } from './state-warnings.ts';
import { stateSchema, swiftDate, upgradeState } from './upgrade.ts';

/**
 * Where the state of Atlas lies besides the root. The program reads one file: of those there are, the first in its own
 * order becomes `workspace-state.json` of the root. The others are kept below `earlier/`, each with its companions.
 */
export function legacySources(view: ProfileView): LegacySource[] {
  const places = statePlaces(view);
  // A link that a migration left in its place still holds the rank, or the next plan would send another file there.
  const first = places.find(({ directory, file }) => isThere(view, path.join(directory, file)));
  const claimed = new Set([realPath(view, view.root), ...places.map(place => realPath(view, place.directory))]);
  const sources = places.map((place): LegacySource => {
    const prefix = place === first ? '' : `earlier/${place.id}/`;
    const own = new Set([...claimed].filter(one => one !== realPath(view, place.directory)));
    const found = place.owned ? gatherOwned(view, place, prefix, own) : gatherNamed(view, place, prefix);
    const warnings: LegacySource['warnings'] = [];
    const entries = found.entries.map(entry => {
      if (entry.target !== `${prefix}${stateFile}`) return entry;
      const { upgraded, messages } = stateEntry(view, entry);
      const shown = shownPath(view.workspace, entry.source);
      warnings.push(...messages.map(message => ({ path: shown, message })));
      if (place !== first && first) {
        const other = shownPath(view.workspace, path.join(first.directory, first.file));
        warnings.push({
          path: shown,
          message: `The program does not read this file: ${other} comes first. It is kept.`,
        });
      }
      return upgraded;
    });
    const shown = shownPath(view.workspace, place.directory);
    return { id: shown, title: place.title, path: place.directory, entries, omitted: found.omitted, warnings };
  });
  const plists = preferences(view);
  if (plists.length > 0) {
    const reason =
      'Preferences that macOS keeps for the program (ledger number, snoozed advice): they stay where they are.';
    const omitted = plists.map(one => ({ path: shownPath(view.workspace, one), reason }));
    const directory = path.dirname(plists[0]!);
    const id = shownPath(view.workspace, directory);
    sources.push({ id, title: 'Preferences', path: directory, entries: [], omitted, warnings: [] });
  }
  return sources.filter(source => source.entries.length > 0 || source.omitted.length > 0);
}

type Found = Pick<LegacySource, 'entries' | 'omitted'>;

function gatherOwned(view: ProfileView, place: StatePlace, prefix: string, claimed: ReadonlySet<string>): Found {
  if (!isThere(view, place.directory)) return { entries: [], omitted: [] };
  const destination = (at: string) => ({ target: prefix + at, note: companionNote(at, place.file) });
  return gather({ view, directory: place.directory, destination, claimed });
}

/** Only what the name of the state file stands in: the rest of the directory may be anybody's. */
function gatherNamed(view: ProfileView, { directory, file }: StatePlace, prefix: string): Found {
  const { fs, workspace } = view;
  const found: Found = { entries: [], omitted: [] };
  const omit = (source: string, reason: string) => found.omitted.push({ path: shownPath(workspace, source), reason });
  let names: string[] = [];
  try {
    names = namesIn(view, directory);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    omit(directory, `It cannot be read (${systemCode(error)}).`);
  }
  for (const name of names) {
    if (name !== file && !name.startsWith(`${file}.`) && !name.startsWith(`.${file}`)) continue;
    const source = path.join(directory, name);
    try {
      const stats = fs.lstatSync(systemPath(source));
      const special = specialKind(stats);
      if (special) omit(source, `It is ${special}, not a file with contents.`);
      else if (stats.isSymbolicLink() && leadsIntoRoot(view, source)) omit(source, 'A link into the root.');
      else {
        const note = companionNote(name, file);
        found.entries.push({ source, target: prefix + (name === file ? stateFile : name), ...(note ? { note } : {}) });
      }
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      if (!isAbsent(error)) omit(source, `It cannot be read (${systemCode(error)}).`);
    }
  }
  return found;
}

function companionNote(at: string, file: string): string | undefined {
  if (at === file) return undefined;
  if (at.startsWith('.dat.nosync') || at.includes('.sb-') || at.endsWith('.tmp'))
    return 'Left over from a save that was interrupted; kept.';
  return 'Not known to the profile; kept under the same name.';
}

/** The state file with what has to be done to it, and what people should know of it. */
function stateEntry(view: ProfileView, entry: LegacyEntry): { upgraded: LegacyEntry; messages: string[] } {
  const { fs } = view;
  const kept = (message: string) => ({ upgraded: { ...entry, note: message }, messages: [message] });
  try {
    const stats = fs.lstatSync(systemPath(entry.source));
    if (stats.isSymbolicLink()) return kept('A link, kept as a link: what it leads to is not brought in.');
    if (!stats.isFile()) return kept('Not a file; kept as it is.');
    if (stats.size > largest) return kept('It is larger than 64 MiB. Kept as it is.');
    const bytes = fs.readFileSync(systemPath(entry.source));
    const savedAt = swiftDate(stats.mtimeMs);
    const result = upgradeState(bytes, savedAt);
    const messages = stateWarnings(result.bytes);
    if (result.bytes === bytes) return { upgraded: entry, messages };
    const done = [
      ...(result.enveloped ? [`put into the envelope with schemaVersion 1 (savedAt: when the file was written)`] : []),
      ...(result.unwrapped > 0 ? [`${counted(result.unwrapped, 'recovery payload')} of V1.0.2 unwrapped`] : []),
    ];
    const apply = (text: Buffer) => upgradeState(text, savedAt).bytes;
    const note = `Legacy shape: ${done.join(', ')}.`;
    return { upgraded: { ...entry, note, upgrade: { schema: stateSchema, apply } }, messages };
  } catch (error) {
    if (error instanceof UnusableDocument) return kept(`${error.message} Kept as it is.`);
    const code = systemCode(error);
    if (code === undefined) throw error;
    return kept(`It cannot be read (${code}).`);
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
