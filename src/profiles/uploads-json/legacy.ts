import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { readJsonFile } from '../reading/bounded-json.ts';
import { namesIn, realPath } from '../reading/directories.ts';
import { gather } from '../reading/gather.ts';
import { Destinations, mainFile, prefixOf } from './destination.ts';
import { inspectContent, isInspected } from './inspect.ts';
import { offsetProblem } from './offsets.ts';
import { defaultRoot, type Start, startsOf } from './places.ts';
import { ciStateDirectories, namedPlaces } from './variables.ts';

type Warning = LegacySource['warnings'][number];

/**
 * Where the state of Nuvien lies besides the root: every `uploads/` with the `.state/` beside it, the files that
 * variables name, and what CI left. Nothing is rewritten: today's program reads every generation of these files, and it
 * compares `updatedAt` as a text.
 */
export function legacySources(view: ProfileView): LegacySource[] {
  const starts = startsOf(view);
  const places = namedPlaces(view, starts[0]?.uploads);
  const destinations = new Destinations(view, places);
  const usual = path.join(view.workspace, defaultRoot);
  const claimed = new Set(
    [view.root, ...starts.flatMap(start => [start.uploads, start.state])]
      .filter(place => place !== undefined)
      .map(place => realPath(view, place)),
  );

  const sources: LegacySource[] = [];
  const add = (
    directory: string,
    title: string,
    target: (at: string) => string,
    warn: () => Warning[],
    apart?: string,
  ) => {
    const real = realPath(view, directory);
    const others = new Set(claimed);
    for (const own of [
      real,
      ...(directory === usual ? ['uploads', '.state'] : []).map(name => path.join(real, name)),
    ]) {
      others.delete(own);
    }
    const found = gather({
      view,
      directory,
      destination: at => destinations.of(path.join(real, at), target(at), apart),
      claimed: others,
      leaveOut: at => (at === vaultName ? 'The vault of another root; its snapshots stay there.' : undefined),
    });
    sources.push(sourceOf(view, directory, title, found, warn));
  };

  for (const [index, start] of starts.entries()) {
    const prefix = index === 0 ? '' : prefixOf(view, start.directory);
    const apart = index === 0 ? undefined : 'From another directory that the program was started in; kept apart.';
    const disagreements = () => offsetWarnings(view, start);
    if (start.directory === usual) {
      add(usual, 'The root of before', at => prefix + at, disagreements, apart);
      continue;
    }
    if (start.uploads) {
      const twins = () => (index === 0 ? [] : twinWarnings(view, start.uploads!, starts[0]!));
      add(start.uploads, 'Uploads and what is kept beside them', at => `${prefix}uploads/${at}`, twins, apart);
    }
    if (start.state) add(start.state, 'How far logs were sent', at => `${prefix}.state/${at}`, disagreements, apart);
  }
  for (const directory of ciStateDirectories(view)) {
    const base = `elsewhere/CI_STATE_ROOT/${path.basename(directory)}`;
    add(
      directory,
      'Left by CI',
      at => `${base}/${at}`,
      () => [],
      'From CI_STATE_ROOT; the program does not look there.',
    );
  }

  for (const { variable, source, directory } of places.named) {
    if (destinations.covered.has(source)) continue;
    const title = `What ${variable} names`;
    if (directory) {
      add(
        source,
        title,
        at => at,
        () => [],
      );
      continue;
    }
    const entries = [source, ...companions(view, source)].map((file): LegacyEntry => {
      const { target, note } = destinations.of(file, path.basename(file));
      return { source: file, target, ...(note === undefined ? {} : { note }) };
    });
    sources.push(sourceOf(view, source, title, { entries, omitted: [] }, () => []));
  }
  const { omitted, warnings } = places;
  const held = sources.filter(source => source.entries.length > 0 || source.omitted.length > 0);
  if (omitted.length === 0 && warnings.length === 0) return held;
  return [...held, { id: 'environment', title: 'Environment', path: view.workspace, entries: [], omitted, warnings }];
}

type Found = Pick<LegacySource, 'entries' | 'omitted'>;

function sourceOf(view: ProfileView, place: string, title: string, found: Found, warn: () => Warning[]): LegacySource {
  const { entries, omitted } = withoutLocks(view, found);
  let warnings: Warning[] | undefined;
  return {
    id: shownPath(view.workspace, place),
    title,
    path: place,
    entries,
    omitted,
    // Reading every file is for those who read the warnings: a plan, not every look at the status.
    get warnings() {
      warnings ??= [...entries.flatMap(entry => contentWarnings(view, entry)), ...warn()];
      return warnings;
    },
  };
}

/** Locks stay on disk for ever and mean nothing; the program makes them again. */
function withoutLocks({ fs, workspace }: ProfileView, { entries, omitted }: Found): Found {
  const isLock = ({ source }: LegacyEntry) =>
    source.endsWith('.lock') && fs.lstatSync(systemPath(source), { throwIfNoEntry: false })?.size === 0;
  const reason = 'An empty lock file: it means nothing, and the program makes it again.';
  return {
    entries: entries.filter(entry => !isLock(entry)),
    omitted: [
      ...omitted,
      ...entries.filter(isLock).map(({ source }) => ({ path: shownPath(workspace, source), reason })),
    ],
  };
}

function companions(view: ProfileView, file: string): string[] {
  try {
    return namesIn(view, path.dirname(file))
      .filter(name => mainFile(name) === path.basename(file))
      .map(name => path.join(path.dirname(file), name))
      .filter(place => view.fs.lstatSync(systemPath(place), { throwIfNoEntry: false })?.isFile());
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

function contentWarnings({ fs, workspace }: ProfileView, { source, target }: LegacyEntry): Warning[] {
  if (!isInspected(target)) return [];
  const json = readJsonFile(fs, source);
  if (json === undefined) return [];
  return inspectContent(target, json).map(message => ({ path: shownPath(workspace, source), message }));
}

function offsetWarnings(view: ProfileView, { state, uploads }: Start): Warning[] {
  if (state === undefined) return [];
  return namesIn(view, state).flatMap(name => {
    const message = offsetProblem(view.fs, `${state}/${name}`, uploads, at => shownPath(view.workspace, at));
    return message === undefined ? [] : [{ path: shownPath(view.workspace, `${state}/${name}`), message }];
  });
}

const singletons = [
  'admin/plan_settings.json',
  'admin/plan_catalog.json',
  'admin/plan_config.json',
  'news/summary_cache.json',
  'admin/onboarding_samples.json',
  'admin/toss_orders.json',
  'admin/toss_order_context.json',
  'admin/toss_webhook_events.json',
];

/** Where two starts have documents of which there should be one, with other content. */
function twinWarnings(view: ProfileView, uploads: string, first: Start): Warning[] {
  const { fs, workspace } = view;
  if (first.uploads === undefined) return [];
  const bytesOf = (file: string) => {
    const json = readJsonFile(fs, file);
    return json && 'kind' in json ? (json.kind === 'empty' ? '' : undefined) : json?.text;
  };
  return singletons.flatMap(name => {
    const [one, other] = [bytesOf(`${uploads}/${name}`), bytesOf(`${first.uploads}/${name}`)];
    if (one === undefined || other === undefined || one === other) return [];
    const message = `It differs from ${shownPath(workspace, `${first.uploads}/${name}`)}. The program reads the one of the directory it is started in; both are kept, nothing is merged.`;
    return [{ path: shownPath(workspace, `${uploads}/${name}`), message }];
  });
}
