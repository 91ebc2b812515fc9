import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { HoldfastError, systemCode } from '../../engine/errors.ts';
import { expandPath } from '../../engine/root/expand.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacySource, ProfileView } from '../profile.ts';
import { isThere, leadsIntoRoot, leadsNowhere, realPath } from '../reading/directories.ts';
import { emptyFolderNote, gather } from '../reading/gather.ts';
import { globMatcher } from './globs.ts';
import type { CustomProfile } from './schema.ts';

type Legacy = CustomProfile['legacy'][number];

const excluded = 'The profile excludes it.';
const unnamed = 'Not among the files that the profile names.';

/** The places that the profile names, those that exist; each file of them is an entry or has a reason not to be one. */
export function legacySources(view: ProfileView, legacy: readonly Legacy[]): LegacySource[] {
  return legacy.map(one => legacySource(view, one)).filter(source => source !== undefined);
}

function legacySource(view: ProfileView, legacy: Legacy): LegacySource | undefined {
  const source: LegacySource = {
    id: legacy.id,
    title: legacy.title,
    path: legacy.path,
    entries: [],
    omitted: [],
    warnings: [],
  };
  const note = legacy.note === undefined ? {} : { note: legacy.note };
  try {
    source.path = expandPath(legacy.path, { workspace: view.workspace, home: view.home, env: view.env });
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    source.warnings.push({ path: legacy.path, message: `${error.message} This place was not looked at.` });
    return source;
  }
  const shown = shownPath(view.workspace, source.path);
  try {
    const stats = view.fs.statSync(source.path);
    const root = realPath(view, view.root);
    const real = view.fs.realpathSync(source.path);
    // The application has its state in the root by now.
    if (real === root) return undefined;
    if (real.startsWith(root + path.sep)) {
      // A migration may have left this link behind; any other place the author of the profile should hear of.
      if (!view.fs.lstatSync(source.path).isSymbolicLink()) {
        source.warnings.push({
          path: shown,
          message: 'It lies in the root already; nothing is moved inside the root.',
        });
      }
      return source;
    }
    if (stats.isDirectory()) takeDirectory(view, legacy, source);
    else source.entries.push({ source: real, target: legacy.to || path.basename(source.path), ...note });
    return source;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const absent = leadsNowhere(error);
    if (absent && !isThere(view, source.path)) return undefined;
    if (leadsIntoRoot(view, source.path)) return source;
    source.omitted.push({
      path: shown,
      reason: absent ? 'A link that leads nowhere.' : `It cannot be read (${code}).`,
    });
    return source;
  }
}

function takeDirectory(view: ProfileView, legacy: Legacy, source: LegacySource): void {
  const isWanted = globMatcher(legacy.files);
  const isExcluded = globMatcher(legacy.exclude);
  const { entries, omitted } = gather({
    view,
    directory: source.path,
    destination: inside => ({ target: [legacy.to, inside].filter(Boolean).join('/') }),
    // A place that holds the root is read around it.
    claimed: new Set([realPath(view, view.root)]),
    leaveOut: inside => {
      if (path.posix.basename(inside) === vaultName) return 'The vault of another root.';
      return isExcluded(inside) ? excluded : undefined;
    },
  });
  source.omitted.push(...omitted);
  const shown = (inside: string) => shownPath(view.workspace, path.join(source.path, inside));
  const others: string[] = [];
  const insides: string[] = [];
  for (const entry of entries) {
    const inside = entry.target.slice(legacy.to === '' ? 0 : legacy.to.length + 1);
    if (isExcluded(inside)) {
      insides.push(inside);
      source.omitted.push({ path: shown(inside), reason: excluded });
    } else if (isWanted(inside)) {
      insides.push(inside);
      const note = entry.note ?? legacy.note;
      source.entries.push(note === undefined ? entry : { ...entry, note });
    } else if (entry.note !== emptyFolderNote) others.push(inside);
  }
  for (const inside of withoutOthers(others, insides)) source.omitted.push({ path: shown(inside), reason: unnamed });
}

/** Directories that hold nothing else stand for all that is in them: a place may be a whole project. */
function withoutOthers(paths: readonly string[], known: readonly string[]): Set<string> {
  const shared = new Set(known.flatMap(ancestors));
  return new Set(paths.map(one => ancestors(one).find(directory => !shared.has(directory)) ?? one));
}

/** `a/b/c`: `a`, `a/b`. */
function ancestors(inside: string): string[] {
  const parts = inside.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
