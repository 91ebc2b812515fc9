import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { linksMissing, syncDirectory } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import { Directories, setDirectory } from './directories.ts';
import type { PlacementHome } from './home.ts';
import type { Journal, JournalStep } from './journal.ts';
import { at, contentState, lstatOf, stateOf } from './plan.ts';

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
  const directories = new Directories(ports, home.base, journal.closed);
  try {
    const inHome = { staged: namesIn(ports, home.staged), displaced: namesIn(ports, home.displaced) };
    for (const step of journal.steps) doStep(ports, home, step, inHome, directories);
    directories.close();
    for (const { path, mode, mtime } of journal.directories.toReversed()) {
      // Somebody may have removed it since: a placement that was killed is finished whenever the next command comes.
      if (directories.check(path)) setDirectory(ports, home.base, path, mode, mtime);
    }
    makeDurable(ports, home, journal);
  } catch (error) {
    try {
      const now = new Directories(ports, home.base, journal.closed);
      // Also those after the one that failed: of a placement whose power was cut any may have been done.
      for (const step of journal.steps.toReversed()) undoStep(ports, home, step, now);
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

/** What lies in the home's two directories, where nobody else is at work. */
interface InHome {
  staged: Set<string>;
  displaced: Set<string>;
}

function namesIn({ fs }: Ports, directory: string): Set<string> {
  try {
    return new Set(fs.readdirSync(directory));
  } catch (error) {
    if (isAbsent(error)) return new Set();
    throw error;
  }
}

function doStep(ports: Ports, home: PlacementHome, step: JournalStep, inHome: InHome, directories: Directories): void {
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
      if (directories.check(dirname(step.path))) {
        const name = String(step.displaced);
        const aside = join(home.displaced, name);
        const there = lstat(ports, path);
        const kept = inHome.displaced.has(name) ? lstat(ports, aside) : undefined;
        checkUnchanged(there, kept, step);
        if (!there || kept) return;
        fs.renameSync(path, aside);
        inHome.displaced.add(name);
      }
      return;
    case 'put': {
      if (!inHome.staged.has(String(step.staged))) return;
      directories.make(dirname(step.path));
      let there = lstat(ports, path);
      let kept: BigIntStats | undefined;
      if (step.displaced !== null) {
        const name = String(step.displaced);
        const aside = join(home.displaced, name);
        kept = inHome.displaced.has(name) ? lstat(ports, aside) : undefined;
        checkUnchanged(there, kept, step);
        if (there && !kept) {
          setAside(ports, path, there, aside);
          inHome.displaced.add(name);
          kept = there;
          directories.check(dirname(step.path));
          there = lstat(ports, path);
        }
      }
      // Made by somebody after the plan was: never overwritten, never lost.
      if (there && !isSameFile(there, kept)) fs.renameSync(path, at(base, besides(step.path, step.staged)));
      fs.renameSync(join(home.staged, String(step.staged)), path);
      inHome.staged.delete(String(step.staged));
    }
  }
}

/**
 * What somebody wrote to since the placement was planned must not go: the placement may have been killed long ago.
 *
 * @param kept what was moved aside already
 * @throws CONFLICT
 */
function checkUnchanged(
  now: BigIntStats | undefined,
  kept: BigIntStats | undefined,
  { path: name, there }: { path: string; there?: string | undefined },
): void {
  if (!now || there === undefined || contentState(stateOf(now)) === there) return;
  if (kept && !isSameFile(now, kept)) return;
  throw new HoldfastError('CONFLICT', 'Somebody wrote to a file that was about to be replaced.', {
    path: name,
    hint: 'Nothing was changed. Run the command again.',
  });
}

/** A file stays under its name until the new one takes it, so that nobody ever finds none there. */
function setAside({ fs }: Ports, path: string, there: BigIntStats, aside: string): void {
  try {
    if (there.isFile()) {
      fs.linkSync(path, aside);
      return;
    }
  } catch (error) {
    if (!linksMissing.includes(systemCode(error) ?? '')) throw error;
  }
  fs.renameSync(path, aside);
}

function isSameFile(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
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
  const blocked = directories.isBlocked(dirname(step.path));
  const takeBack = (number: number) => {
    const aside = join(home.displaced, String(number));
    const kept = lstat(ports, aside);
    if (!kept) return;
    directories.make(dirname(step.path));
    const there = lstat(ports, path);
    if (isSameFile(there, kept)) {
      fs.unlinkSync(aside);
      return;
    }
    if (there) fs.renameSync(path, at(base, besides(step.path, number)));
    fs.renameSync(aside, path);
  };
  switch (step.do) {
    case 'mkdir':
      try {
        if (!blocked && directories.check(dirname(step.path))) fs.rmdirSync(path);
      } catch (error) {
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
      }
      return;
    case 'rmdir':
      // Where something else is by now, an empty directory is nothing that could be lost.
      if (blocked) return;
      directories.make(dirname(step.path));
      if (!exists(ports, path)) fs.mkdirSync(path, { mode: step.mode });
      setDirectory(ports, base, step.path, step.mode, step.mtime);
      return;
    case 'delete':
      takeBack(step.displaced);
      return;
    case 'put': {
      const staged = join(home.staged, String(step.staged));
      if (!blocked && !exists(ports, staged) && directories.check(dirname(step.path)) && exists(ports, path)) {
        if (step.holds !== undefined) reopen(ports, path, step.holds);
        fs.renameSync(path, staged);
        const other = at(base, besides(step.path, step.staged));
        if (exists(ports, other)) fs.renameSync(other, path);
      }
      if (step.displaced !== null) takeBack(step.displaced);
    }
  }
}

/**
 * Makes a directory that was put into place movable again, whatever modes it was given.
 *
 * @throws CONFLICT when somebody has put something into it: that would be lost with it
 */
function reopen({ fs }: Ports, directory: string, holds: number): void {
  let found = 0;
  const open = [directory];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    fs.chmodSync(one, 0o700);
    for (const name of fs.readdirSync(one, { encoding: 'buffer' })) {
      found++;
      const path = Buffer.concat([Buffer.from(one), Buffer.from('/'), name]) as unknown as string;
      if (fs.lstatSync(path).isDirectory()) open.push(path);
    }
  }
  if (found <= holds) return;
  throw new HoldfastError('CONFLICT', 'Somebody put something into a directory that was to be taken back.', {
    path: directory,
    hint: 'Nothing is lost: the next command finishes the change.',
  });
}

function exists(ports: Ports, path: string): boolean {
  return lstat(ports, path) !== undefined;
}

/** @param path in the form that file calls take */
function lstat({ fs }: Ports, path: string): BigIntStats | undefined {
  try {
    return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
