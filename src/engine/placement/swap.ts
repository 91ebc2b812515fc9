import { dirname, join } from 'node:path';
import { syncDirectory } from '../durable.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import type { PlacementHome } from './home.ts';
import type { Journal, JournalStep } from './journal.ts';
import { at } from './plan.ts';
import { systemTime } from './stage.ts';

/**
 * Carries out the steps of a journal. Each step looks at what is there before it acts, so a second run after a crash
 * does just what is left. Nothing is removed: what has to go is moved to the `displaced` directory.
 *
 * @throws when a step cannot be done; then all steps done are taken back, and everything is as it was before
 */
export function swap(ports: Ports, home: PlacementHome, journal: Journal): void {
  const parents = new RealParents(ports, home.base);
  const done: JournalStep[] = [];
  try {
    for (const step of journal.steps) {
      done.push(step);
      doStep(ports, home, step, parents);
    }
    for (const { path, mode, mtime } of journal.directories.toReversed())
      setDirectory(ports, home.base, path, mode, mtime);
  } catch (error) {
    for (const step of done.reverse()) undoStep(ports, home, step);
    throw error;
  }
  if (journal.steps.length <= 16 || !ports.syncFileSystem(home.base)) {
    for (const directory of new Set(journal.steps.map(step => dirname(join(home.base, step.path))))) {
      if (exists(ports, systemPath(directory))) syncDirectory(ports, systemPath(directory));
    }
  }
}

function doStep(ports: Ports, home: PlacementHome, step: JournalStep, parents: RealParents): void {
  const { fs } = ports;
  const path = at(home.base, step.path);
  parents.check(step.path);
  switch (step.do) {
    case 'mkdir':
      if (!exists(ports, path)) fs.mkdirSync(path, { mode: 0o700 });
      return;
    case 'rmdir':
      try {
        fs.rmdirSync(path);
      } catch (error) {
        // Somebody put a file there after the plan was made: it stays.
        if (!isAbsent(error) && !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
      }
      return;
    case 'delete':
      displace(ports, home, path, step.displaced);
      return;
    case 'put': {
      const staged = join(home.staged, String(step.staged));
      if (!exists(ports, staged)) return;
      if (step.displaced !== null) displace(ports, home, path, step.displaced);
      if (exists(ports, path)) {
        // Made by somebody after the plan was: never overwritten, never lost.
        fs.renameSync(path, `${path}.before-restore-${step.staged}`);
      }
      fs.renameSync(staged, path);
    }
  }
}

function displace(ports: Ports, home: PlacementHome, path: string, number: number): void {
  const aside = join(home.displaced, String(number));
  if (exists(ports, path) && !exists(ports, aside)) ports.fs.renameSync(path, aside);
}

function undoStep(ports: Ports, home: PlacementHome, step: JournalStep): void {
  const { fs } = ports;
  const path = at(home.base, step.path);
  const takeBack = (number: number) => {
    const aside = join(home.displaced, String(number));
    if (exists(ports, aside)) fs.renameSync(aside, path);
  };
  switch (step.do) {
    case 'mkdir':
      try {
        fs.rmdirSync(path);
      } catch (error) {
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
      }
      return;
    case 'rmdir':
      if (!exists(ports, path)) fs.mkdirSync(path, { mode: step.mode });
      setDirectory(ports, home.base, step.path, step.mode, step.mtime);
      return;
    case 'delete':
      takeBack(step.displaced);
      return;
    case 'put': {
      const staged = join(home.staged, String(step.staged));
      if (!exists(ports, staged) && exists(ports, path)) fs.renameSync(path, staged);
      if (step.displaced !== null) takeBack(step.displaced);
    }
  }
}

export function setDirectory(ports: Ports, base: string, path: string, mode: number, mtime: string): void {
  const directory = at(base, path);
  if (!ports.fs.lstatSync(directory).isDirectory()) return;
  ports.fs.chmodSync(directory, mode & 0o1777);
  const time = systemTime(mtime);
  ports.fs.utimesSync(directory, time, time);
}

function exists(ports: Ports, path: string): boolean {
  try {
    ports.fs.lstatSync(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** A link in place of a directory would lead a write out of the base, so each parent is looked at before it is used. */
class RealParents {
  readonly #ports: Ports;
  readonly #base: string;
  readonly #known = new Set<string>(['.']);

  constructor(ports: Ports, base: string) {
    this.#ports = ports;
    this.#base = base;
  }

  check(path: string): void {
    const parent = dirname(path);
    if (this.#known.has(parent)) return;
    this.check(parent);
    if (!this.#ports.fs.lstatSync(at(this.#base, parent)).isDirectory()) {
      throw new HoldfastError('CONFLICT', 'A directory was replaced while files were being placed in it.', {
        path: parent,
        hint: 'Nothing was changed. Look at what lies there, then run the command again.',
      });
    }
    this.#known.add(parent);
  }
}
