import picomatch from 'picomatch';
import type { Area, Profile } from '../../profiles/profile.ts';
import type { RootInfo } from '../../protocol/root.ts';
import { type Context, vaultName } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { walkFiles } from './walk-files.ts';

const compiled = new WeakMap<Profile, [Area, (path: string) => boolean][]>();

/** The first area of the profile that a root-relative path belongs to. */
export function areaOf(profile: Profile, path: string): Area | undefined {
  let areas = compiled.get(profile);
  if (!areas) {
    // Names may hold line breaks and begin with a dot, and mean the same on every system.
    const options = { dot: true, windows: false, flags: 's' };
    areas = profile.areas.map(area => [area, picomatch([...area.globs], options)]);
    compiled.set(profile, areas);
  }
  return areas.find(([, matches]) => matches(path))?.[0];
}

const otherFiles: Area = { id: 'other', title: 'Other files', secret: false, globs: ['**'] };

/**
 * What the areas of the root hold: the number of regular files and their bytes. Files of no area are counted as
 * `other`, which is there only when such files are. Directories that cannot be read are not counted; only an
 * unreadable root is an error, since a count of 0 would be a lie.
 *
 * @throws the system's error when the root itself cannot be read
 */
export function areaInfos(context: Pick<Context, 'ports' | 'root' | 'profile'>): RootInfo['areas'] {
  const { profile, root, ports } = context;
  const totals = new Map([...profile.areas, otherFiles].map(area => [area.id, { area, files: 0, bytes: 0 }]));
  try {
    walkFiles(
      ports.fs,
      root,
      (path, stats) => {
        if (!stats.isFile()) return;
        const total = totals.get(areaOf(profile, path)?.id ?? otherFiles.id)!;
        total.files++;
        total.bytes += stats.size;
      },
      path => path === vaultName,
    );
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  if (totals.get(otherFiles.id)?.files === 0) totals.delete(otherFiles.id);
  return [...totals.values()].map(({ area: { id, title, secret }, files, bytes }) => ({
    id,
    title,
    secret,
    files,
    bytes,
  }));
}
