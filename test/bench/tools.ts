import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Place {
  root: string;
  /** Empty, for the tool's own repository and home. */
  scratch: string;
  /** Empty, to restore into. */
  target: string;
}

/** One tool and how the same job is asked of it. Commands are whole processes, run in the root. */
export interface Tool {
  name: string;
  prepare?(place: Place): string[][];
  first(place: Place): string[][];
  again(place: Place): string[][];
  restore?(place: Place): string[][];
  repository(place: Place): string;
}

const cli = join(import.meta.dirname, '../../dist/cli.cjs');
const holdfast = ({ root }: Place, ...args: string[]) => [
  process.execPath,
  cli,
  '--workspace',
  join(root, '..'),
  '--root',
  root,
  '--quiet',
  ...args,
];
const restic = ({ scratch }: Place, ...args: string[]) => [
  'restic',
  '--repo',
  join(scratch, 'repository'),
  '--no-cache',
  '--quiet',
  ...args,
];
const archive = ({ scratch }: Place) => join(scratch, 'repository.tar.zst');
const git = ({ root, scratch }: Place, ...args: string[]) => [
  'git',
  ...['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0'],
  ...[`--git-dir=${join(scratch, 'repository')}`, `--work-tree=${root}`],
  ...args,
];

export const tools: Tool[] = [
  {
    name: 'holdfast',
    first: place => [holdfast(place, 'snapshot', 'create')],
    again: place => [holdfast(place, 'snapshot', 'create')],
    restore: place => [holdfast(place, 'snapshot', 'restore', 'latest', '--to', place.target, '--yes')],
    repository: ({ root }) => join(root, '.holdfast'),
  },
  {
    name: 'restic',
    prepare: place => [restic(place, 'init')],
    first: place => [restic(place, 'backup', '--exclude', '.holdfast', '.')],
    again: place => [restic(place, 'backup', '--exclude', '.holdfast', '.')],
    restore: place => [restic(place, 'restore', 'latest', '--target', place.target)],
    repository: ({ scratch }) => join(scratch, 'repository'),
  },
  {
    name: 'borg',
    prepare: ({ scratch }) => [['borg', 'init', '--encryption=none', join(scratch, 'repository')]],
    first: ({ scratch }) => [['borg', 'create', '--exclude', '.holdfast', `${join(scratch, 'repository')}::one`, '.']],
    again: ({ scratch }) => [['borg', 'create', '--exclude', '.holdfast', `${join(scratch, 'repository')}::two`, '.']],
    restore: ({ scratch, target }) => [
      ['sh', '-c', `cd '${target}' && borg extract '${join(scratch, 'repository')}::one'`],
    ],
    repository: ({ scratch }) => join(scratch, 'repository'),
  },
  {
    name: 'git',
    prepare: place => [git(place, 'init', '--quiet')],
    first: place => [git(place, 'add', '--all'), git(place, 'commit', '--quiet', '--message', 'one')],
    again: place => [git(place, 'add', '--all'), git(place, 'commit', '--quiet', '--allow-empty', '--message', 'two')],
    restore: place => [git({ ...place, root: place.target }, 'checkout', '--quiet', '--force', 'HEAD', '--', '.')],
    repository: ({ scratch }) => join(scratch, 'repository'),
  },
  {
    name: 'tar+zstd',
    first: place => [['tar', '--exclude=.holdfast', '--zstd', '--create', '--file', archive(place), '.']],
    again: place => [['tar', '--exclude=.holdfast', '--zstd', '--create', '--file', archive(place), '.']],
    restore: place => [['tar', '--zstd', '--extract', '--file', archive(place), '--directory', place.target]],
    repository: archive,
  },
];

export function isInstalled(tool: Tool): boolean {
  if (tool.name === 'holdfast') return true;
  const programs = tool.name === 'tar+zstd' ? ['tar', 'zstd'] : [tool.name];
  return programs.every(
    program => spawnSync(program, [program === 'restic' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0,
  );
}
