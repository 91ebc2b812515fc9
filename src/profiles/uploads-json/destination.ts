import path from 'node:path';
import { systemPath } from '../../engine/names.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { ProfileView } from '../profile.ts';
import { largest, readJsonFile } from '../reading/bounded-json.ts';
import type { Destination } from '../reading/gather.ts';
import { settingsGeneration } from './inspect.ts';
import { hasOffset } from './offsets.ts';
import type { NamedPlaces } from './variables.ts';

/**
 * Decides where a file goes. The root has the layout of a directory that the program is started in, so that it can be
 * put in its place: `uploads/` and `.state/`. What the program does not read now, because a variable names another file
 * or because it was started elsewhere, goes below `elsewhere/`: nothing is merged, for nobody can know which is right.
 */
export class Destinations {
  readonly #view: ProfileView;
  readonly #places: NamedPlaces;
  /** Absolute paths without links of everything that was given a place. */
  readonly covered = new Set<string>();

  constructor(view: ProfileView, places: NamedPlaces) {
    this.#view = view;
    this.#places = places;
  }

  /**
   * @param real absolute, without links
   * @param target where it goes unless a variable says otherwise
   * @param apart why it is not in its usual place in the root; `undefined` when it is
   */
  of(real: string, target: string, apart?: string): Destination {
    this.covered.add(real);
    const named = this.#named(real);
    if (named) return { target: named.target, note: notes(this.#view, real, named.target, named.note) };
    const [, below] = apart === undefined ? (/^uploads\/(.*)$/s.exec(target) ?? []) : [];
    const variable = below === undefined ? undefined : this.#hidden(below);
    if (variable === undefined) return { target, note: notes(this.#view, real, target, apart) };
    const aside = `elsewhere/${target}`;
    return {
      target: aside,
      note: notes(this.#view, real, aside, `The program does not read it while ${variable} is set.`),
    };
  }

  /** For a file that a variable names, or one that belongs to such a file. */
  #named(real: string): Required<Destination> | undefined {
    for (const { variable, place, source, directory, inForce } of this.#places.named) {
      const base = inForce ? `uploads/${path.posix.dirname(place)}` : `elsewhere/${variable}`;
      const note = inForce
        ? `The program reads it: ${variable} names it.`
        : `Empty, and named by ${variable}; the file with content takes its place.`;
      if (real === source) return { target: `${base}/${path.posix.basename(place)}`, note };
      if (directory && real.startsWith(source + path.sep)) {
        const below = path.relative(source, real).split(path.sep).join('/');
        return { target: `${base}/${path.posix.basename(place)}/${below}`, note };
      }
      const main = mainFile(path.basename(real));
      if (!directory && main !== undefined && path.join(path.dirname(real), main) === source) {
        return { target: `${base}/${path.basename(real)}`, note };
      }
    }
    return undefined;
  }

  /** The variable because of which the program does not read a path below `uploads/`. */
  #hidden(below: string): string | undefined {
    const name = path.posix.basename(below);
    const main = path.posix.join(path.posix.dirname(below), mainFile(name) ?? name);
    for (const { variable, place, directory, inForce } of this.#places.named) {
      if (inForce && (main === place || (directory && main.startsWith(`${place}/`)))) return variable;
    }
    // Put aside by an earlier migration, after which the variable was pointed into the root: it stays there.
    const { fs, root } = this.#view;
    const aside = this.#places.settled.has(main) && fs.existsSync(systemPath(`${root}/elsewhere/uploads/${below}`));
    return aside ? 'its variable' : undefined;
  }
}

/** The file that a lock or an unfinished copy belongs to: `x.json.lock`, `x.json.k3v9.tmp`, `x.tmp` → `x.json`. */
export function mainFile(name: string): string | undefined {
  const [, own] = /^(.+)\.lock$/s.exec(name) ?? /^(.+\.json)\.[^.]+\.tmp$/s.exec(name) ?? [];
  if (own !== undefined) return own;
  const [, stem] = /^(.+)\.tmp$/s.exec(name) ?? [];
  return stem === undefined ? undefined : `${stem}.json`;
}

function notes(view: ProfileView, source: string, target: string, first: string | undefined): string | undefined {
  const all = [first, ...contentNotes(view, source, target)].filter(note => note !== undefined);
  return all.length === 0 ? undefined : all.join(' ');
}

const smallEnough = 1024 * 1024;

function contentNotes(view: ProfileView, source: string, target: string): (string | undefined)[] {
  const name = path.posix.basename(target);
  if (name.endsWith('.tmp') && mainFile(name) !== undefined) {
    return ['Left over from a save that was interrupted; kept.'];
  }
  if (name.endsWith('.lock')) return ['A lock file that holds something; kept.'];
  if (name === 'toss_webhook_events.json') {
    return ['Which payment events were handled: putting back an older copy lets one be handled twice.'];
  }
  if (name === 'plan_settings.json') {
    const stats = view.fs.lstatSync(systemPath(source), { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > Math.min(smallEnough, largest)) return [];
    const json = readJsonFile(view.fs, source);
    return [json === undefined ? undefined : settingsGeneration(json)];
  }
  if (/(^|\/)\.state\/[^/]+\.json$/.test(target)) return ['How far a log was sent; it goes together with its log.'];
  const [, below = ''] = /(?:^|\/)uploads\/(.*)$/s.exec(target) ?? [];
  return hasOffset(below) ? ['An offset in .state points into it; both go together.'] : [];
}

/** The prefix below which a start is kept apart. */
export function prefixOf(view: ProfileView, directory: string): string {
  return directory === view.workspace ? 'elsewhere/' : `elsewhere/${shownPath(view.workspace, directory)}/`;
}
