import type { Stats } from 'node:fs';
import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { specialKind } from '../../engine/read-directory.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { ProfileView } from '../profile.ts';
import { realPath } from '../reading/directories.ts';

/** Environment names that put one file (or directory) somewhere else than `uploads/`, and its place there. */
const variables = [
  { name: 'PLAN_SETTINGS_FILE', place: 'admin/plan_settings.json', expandsHome: false },
  { name: 'PLAN_CATALOG_FILE', place: 'admin/plan_catalog.json', expandsHome: true },
  { name: 'PLAN_CONFIG_FILE', place: 'admin/plan_config.json', expandsHome: true },
  { name: 'NEWS_SUMMARY_CACHE_PATH', place: 'news/summary_cache.json', expandsHome: false },
  { name: 'CAMPAIGN_SETTINGS_FILE', place: 'admin/campaign_settings.json', expandsHome: false },
  { name: 'EVENT_BRIEF_OUTPUT_DIR', place: 'admin/event_briefs', expandsHome: false },
] as const;

/** What one of the variables names. */
export interface Named {
  variable: string;
  /** Below `uploads/`. */
  place: string;
  /** Absolute, without links. */
  source: string;
  directory: boolean;
  /** Whether the program reads it instead of what lies in `uploads/`; an empty one that only shadows content is not. */
  inForce: boolean;
}

export interface NamedPlaces {
  named: Named[];
  /** Places for which a variable already points into the root. */
  settled: Set<string>;
  /** Set variables whose place gives nothing to migrate, with the reason. */
  omitted: { path: string; reason: string }[];
  warnings: { path: string; message: string }[];
}

/** Empty values count as unset, as the program has it. Relative paths start at the workspace. */
export function namedPlaces(view: ProfileView, uploads: string | undefined): NamedPlaces {
  const result: NamedPlaces = { named: [], settled: new Set(), omitted: [], warnings: [] };
  const root = realPath(view, view.root);
  for (const { name, place, expandsHome } of variables) {
    const value = view.env[name];
    if (!value) continue;
    const expanded = expandsHome && /^~(\/|$)/.test(value) ? view.home + value.slice(1) : value;
    const given = path.resolve(view.workspace, expanded);
    const shown = shownPath(view.workspace, given);
    if (!expandsHome && value.startsWith('~')) {
      result.warnings.push({
        path: shown,
        message: `The program takes the "~" in ${name} for the name of a directory.`,
      });
    }
    const omit = (reason: string) => result.omitted.push({ path: shown, reason });
    const stats = statsOf(view, given);
    if (typeof stats === 'string') omit(`${name} names it, and it cannot be read (${stats}).`);
    else if (!stats) omit(`${name} names it, and it does not exist: the program would start with its defaults.`);
    else {
      const source = realPath(view, given);
      const special = specialKind(stats);
      const isDirectory = stats.isDirectory();
      if (source === root || source.startsWith(root + path.sep)) result.settled.add(place);
      else if (special) omit(`${name} names it, and it is ${special}, not a file with contents.`);
      else if (isDirectory !== name.endsWith('_DIR')) {
        omit(`${name} names it, and it is ${isDirectory ? 'a directory' : 'not a directory'}.`);
      } else {
        const usual = uploads === undefined ? undefined : path.join(uploads, place);
        const shadowed = usual === undefined ? undefined : statsOf(view, usual);
        const hides = typeof shadowed === 'object' && realPath(view, usual!) !== source;
        const inForce = isDirectory || stats.size > 0 || !hides || shadowed.size === 0;
        result.named.push({ variable: name, place, source, directory: isDirectory, inForce });
        if (!hides) continue;
        const other = shownPath(view.workspace, usual!);
        result.warnings.push({
          path: shown,
          message: inForce
            ? `${name} is set: the program reads this and not ${other}, which is kept under another name.`
            : `${name} is set to an empty file, as ci_tmp_env.sh makes them; ${other} has content and takes its place.`,
        });
      }
    }
  }
  return result;
}

/** The directory that `ci_tmp_env.sh` puts files into, where the environment names it. */
export function ciStateDirectories(view: ProfileView): string[] {
  const value = view.env.CI_STATE_ROOT;
  if (!value) return [];
  const root = realPath(view, view.root);
  return ['news', 'plan']
    .map(name => path.resolve(view.workspace, value, name))
    .filter(directory => {
      const stats = statsOf(view, directory);
      if (typeof stats !== 'object' || !stats.isDirectory()) return false;
      const real = realPath(view, directory);
      return real !== root && !real.startsWith(root + path.sep);
    });
}

/** What the path leads to; the system's code when that cannot be known. */
function statsOf({ fs }: ProfileView, place: string): Stats | string | undefined {
  try {
    return fs.statSync(systemPath(place));
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return undefined;
    const code = systemCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
