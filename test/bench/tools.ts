import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Place {
  root: string;
  /** Empty, for the tool's own repository and home. */
  scratch: string;
  /** Empty, to restore into. */
  target: string;
}

/**
 * One tool and how the same job is asked of it, with the settings that it comes with. Commands are whole processes;
 * snapshots are taken in the root, restores run in the target.
 */
export interface Tool {
  name: string;
  /** Each is asked for its version: the tool is there when all of them answer. */
  programs: string[][];
  prepare?(place: Place): string[][];
  /** `name` is another one for each snapshot. */
  snapshot(place: Place, name: string): string[][];
  /** Reads everything anew each time, so a second snapshot is nothing else than a first. */
  isAlwaysFirst?: true;
  /** The newest snapshot. */
  restore(place: Place, name: string): string[][];
  repository(place: Place): string;
}

const cli = join(import.meta.dirname, '../../dist/holdfast.cjs');

/** The built command line, for a root that lies in a workspace of its own. */
export function holdfast(root: string, ...args: string[]): string[] {
  return [process.execPath, cli, '--workspace', join(root, '..'), '--root', root, '--quiet', ...args];
}

const inScratch = ({ scratch }: Place) => join(scratch, 'repository');
const restic = (place: Place, ...args: string[]) => ['restic', '--repo', inScratch(place), '--quiet', ...args];
const git = (place: Place, workTree: string, ...args: string[]) => [
  'git',
  ...['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0'],
  ...[`--git-dir=${inScratch(place)}`, `--work-tree=${workTree}`],
  ...args,
];

export const tools: Tool[] = [
  {
    name: 'holdfast',
    programs: [[process.execPath, cli, '--version']],
    snapshot: place => [holdfast(place.root, 'snapshot', 'create')],
    restore: place => [holdfast(place.root, 'snapshot', 'restore', 'latest', '--to', place.target, '--yes')],
    repository: ({ root }) => join(root, '.holdfast'),
  },
  {
    name: 'restic',
    programs: [['restic', 'version']],
    prepare: place => [restic(place, 'init')],
    snapshot: place => [restic(place, 'backup', '.')],
    restore: place => [restic(place, 'restore', 'latest', '--target', place.target)],
    repository: inScratch,
  },
  {
    name: 'borg',
    programs: [['borg', '--version']],
    prepare: place => [['borg', 'init', '--encryption=none', inScratch(place)]],
    snapshot: (place, name) => [['borg', 'create', `${inScratch(place)}::${name}`, '.']],
    restore: (place, name) => [['borg', 'extract', `${inScratch(place)}::${name}`]],
    repository: inScratch,
  },
  {
    name: 'git',
    programs: [['git', '--version']],
    prepare: place => [git(place, place.root, 'init', '--quiet')],
    snapshot: (place, name) => [
      git(place, place.root, 'add', '--all'),
      git(place, place.root, 'commit', '--quiet', '--allow-empty', '--message', name),
    ],
    restore: place => [git(place, place.target, 'checkout', '--quiet', '--force', 'HEAD', '--', '.')],
    repository: inScratch,
  },
  {
    name: 'tar+zstd',
    programs: [
      ['tar', '--version'],
      ['zstd', '--version'],
    ],
    snapshot: place => [['tar', '--zstd', '--create', '--file', inScratch(place), '.']],
    isAlwaysFirst: true,
    restore: place => [['tar', '--zstd', '--extract', '--file', inScratch(place)]],
    repository: inScratch,
  },
];

/** The versions of its programs, as `1.2.4` or `1.34, 1.5.4`; undefined when one of them is not there. */
export function installedVersion({ programs }: Tool): string | undefined {
  const versions = programs.map(([program, ...args]) => {
    const asked = spawnSync(program!, args, { encoding: 'utf8' });
    return asked.status === 0 ? /\d+(\.\d+)+/.exec(asked.stdout)?.[0] : undefined;
  });
  return versions.includes(undefined) ? undefined : versions.join(', ');
}
