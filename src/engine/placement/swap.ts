import { dirname, join } from 'node:path';
import { syncDirectory } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import { Directories, setDirectory } from './directories.ts';
import type { PlacementHome } from './home.ts';
import type { Journal, JournalStep } from './journal.ts';
import { at, lstatOf } from './plan.ts';

/**
 * Thrown when steps failed and could not all be taken back. The journal and what was moved aside stay where they are, and
 * whoever takes the lock next tries to finish it.
 */
export class HalfDone extends HoldfastError {
  constructor(cause: unknown) {
    const { message, path } = asHoldfastError(cause);
    super('FAILED', `The change stopped half-way and could not be taken back: ${message}`, {
      path,
      hint: 'Nothing is lost: the next command finishes it. See to what is named here before.',
      cause,
    });
  }
}

/**
 * Carries out the steps of a journal. Each step looks at what is there before it acts, so a second run after a crash
 * does just what is left. Nothing is removed: what has to go is moved to the `displaced` directory.
 *
 * @throws when a step cannot be done; then all steps done are taken back, and everything is as it was before
 * @throws HalfDone when that fails too
 */
export function swap(ports: Ports, home: PlacementHome, journal: Journal): void {
  const directories = new Directories(ports, home.base);
  const done: JournalStep[] = [];
  try {
    for (const step of journal.steps) {
      done.push(step);
      doStep(ports, home, step, directories);
    }
    for (const { path, mode, mtime } of journal.directories.toReversed()) {
      directories.check(path);
      setDirectory(ports, home.base, path, mode, mtime);
    }
    makeDurable(ports, home, journal);
  } catch (error) {
    try {
      const now = new Directories(ports, home.base);
      for (const step of done.reverse()) undoStep(ports, home, step, now);
      directories.giveBack();
    } catch (cause) {
      throw new HalfDone(cause);
    }
    throw error;
  }
}

function makeDurable(ports: Ports, { base }: PlacementHome, { steps, directories }: Journal): void {
  if (steps.length + directories.length > 16 && ports.syncFileSystem(base)) return;
  const changed = [
    ...steps.map(step => dirname(join(base, step.path))),
    ...directories.map(({ path }) => join(base, path)),
  ];
  for (const directory of new Set(changed)) {
    if (lstatOf(ports, directory, '')?.isDirectory()) syncDirectory(ports, systemPath(directory));
  }
}

function doStep(ports: Ports, home: PlacementHome, step: JournalStep, directories: Directories): void {
  const { fs } = ports;
  const { base } = home;
  const path = at(base, step.path);
  switch (step.do) {
    case 'mkdir':
      directories.make(dirname(step.path));
      if (!exists(ports, path)) fs.mkdirSync(path, { mode: 0o700 });
      return;
    case 'rmdir':
      if (!directories.check(dirname(step.path))) return;
      try {
        fs.rmdirSync(path);
      } catch (error) {
        // Somebody put a file there after the plan was made: it stays.
        if (!isAbsent(error) && !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
      }
      return;
    case 'delete':
      if (directories.check(dirname(step.path))) displace(ports, home, path, step.displaced);
      return;
    case 'put': {
      const staged = join(home.staged, String(step.staged));
      if (!exists(ports, staged)) return;
      directories.make(dirname(step.path));
      if (step.displaced !== null) displace(ports, home, path, step.displaced);
      // Made by somebody after the plan was: never overwritten, never lost.
      if (exists(ports, path)) fs.renameSync(path, at(base, besides(step.path, step.staged)));
      fs.renameSync(staged, path);
    }
  }
}

function displace(ports: Ports, home: PlacementHome, path: string, number: number): void {
  const aside = join(home.displaced, String(number));
  if (exists(ports, path) && !exists(ports, aside)) ports.fs.renameSync(path, aside);
}

/** The name that a file gets which somebody put in a place that Holdfast needs, in the moment in which it was needed. */
function besides(path: string, number: number): string {
  return Buffer.byteLength(path.slice(path.lastIndexOf('/') + 1)) > 200
    ? join(dirname(path), `before-restore-${number}`)
    : `${path}.before-restore-${number}`;
}

function undoStep(ports: Ports, home: PlacementHome, step: JournalStep, directories: Directories): void {
  const { fs } = ports;
  const { base } = home;
  const path = at(base, step.path);
  const takeBack = (number: number) => {
    const aside = join(home.displaced, String(number));
    if (!exists(ports, aside)) return;
    directories.make(dirname(step.path));
    if (exists(ports, path)) fs.renameSync(path, at(base, besides(step.path, number)));
    fs.renameSync(aside, path);
  };
  switch (step.do) {
    case 'mkdir':
      try {
        if (directories.check(dirname(step.path))) fs.rmdirSync(path);
      } catch (error) {
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
      }
      return;
    case 'rmdir':
      directories.make(dirname(step.path));
      if (!exists(ports, path)) fs.mkdirSync(path, { mode: step.mode });
      setDirectory(ports, base, step.path, step.mode, step.mtime);
      return;
    case 'delete':
      takeBack(step.displaced);
      return;
    case 'put': {
      const staged = join(home.staged, String(step.staged));
      if (!exists(ports, staged) && directories.check(dirname(step.path)) && exists(ports, path)) {
        fs.renameSync(path, staged);
        const other = at(base, besides(step.path, step.staged));
        if (exists(ports, other)) fs.renameSync(other, path);
      }
      if (step.displaced !== null) takeBack(step.displaced);
    }
  }
}

function exists({ fs }: Ports, path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
