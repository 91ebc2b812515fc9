import type { Stats } from 'node:fs';
import type { Omission } from '../../protocol/common.ts';
import { systemCode } from '../errors.ts';
import { below, systemPath } from '../names.ts';
import type { FileCalls } from '../ports.ts';
import { unknownNumbers } from '../vault/file-numbers.ts';
import type { CapturedEntry } from './earlier.ts';
import { readFlags } from './open-file.ts';

/**
 * SQLite keeps what is not yet in a database, or is to be taken out of it again, in a file beside it. Together they are
 * one thing: the database as it was before its log was emptied into it, with the log as it was afterwards, is a
 * damaged one, although each of the two is whole.
 */
const journal = '-journal';
const log = '-wal';
const usual = /\.(db|db3|sqlite|sqlite3|vscdb)$/i;

const attempts = 3;

/** Of a database that went on changing. */
const changedReason = 'it belongs to a database that changed each time it was read; stored as read last';

/** The databases among names, known by what they end with or by what lies beside them, with what does. */
export function databasesIn(names: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) if (usual.test(name)) found.set(name, []);
  for (const name of names) {
    const database = databaseOf(name);
    if (database === undefined) continue;
    const beside = found.get(database);
    if (beside) beside.push(name);
    else found.set(database, [name]);
  }
  return found;
}

/** The database that a file belongs to which lies beside it. */
export function databaseOf(name: string): string | undefined {
  const end = [journal, log].find(one => name.endsWith(one));
  return end === undefined ? undefined : name.slice(0, -end.length);
}

export type CapturedMembers = Map<string, CapturedEntry | undefined>;

interface Capturing {
  fs: FileCalls;
  /** Absolute. */
  directory: string;
  /** Whether a file is part of the snapshot. */
  takes(name: string): boolean;
  /** As any other entry. */
  capture(name: string): Promise<CapturedEntry | undefined>;
  /** What was left out, or not read whole, until now. */
  skipped: Omission[];
  /** As it stands in `skipped`. */
  pathOf(name: string): string;
}

/**
 * Captures a database and the files that belong to it as they were at one moment, or says that this could not be done.
 *
 * @param names its own, and of what was seen beside it
 * @returns by name; `undefined` where no database lies here, which is to be captured as any other entry
 */
export async function captureDatabase(
  names: readonly string[],
  capturing: Capturing,
): Promise<CapturedMembers | undefined> {
  const { takes, capture, skipped, pathOf } = capturing;
  const [name = '', ...beside] = names;
  const database = lookAt(capturing, name);
  if (!takes(name) || !database?.isFile() || database.nlink > 1) return undefined;
  const files = beside.filter(one => lookAt(capturing, one)?.isFile() ?? true);
  const members = [name, ...files.filter(takes)];
  const known = skipped.length;
  for (let attempt = 1; ; attempt++) {
    const logBefore = beginningOf(capturing, name + log);
    const captured: CapturedMembers = new Map();
    for (const member of members) captured.set(member, await capture(member));
    if (!captured.get(name)) return captured;
    const steady = isSteady(capturing, names, captured, logBefore);
    if (!steady && attempt < attempts) {
      skipped.length = known;
      continue;
    }
    const there = members.filter(member => captured.get(member));
    // A log or journal that is gone was not there at the moment in question.
    const gone = steady ? members.filter(member => !captured.get(member) && !lookAt(capturing, member)) : [];
    const settled = new Set([...there, ...gone].map(pathOf));
    skipped.push(...skipped.splice(known).filter(({ path }) => !settled.has(path)));
    if (!steady) {
      for (const member of there) {
        captured.set(member, { ...captured.get(member)!, numbers: unknownNumbers });
        skipped.push({ path: pathOf(member), reason: changedReason });
      }
    }
    const left = files.filter(one => !takes(one) && lookAt(capturing, one)?.size);
    if (left.length > 0)
      skipped.push({
        path: pathOf(name),
        reason: `stored without ${left.join(' and ')}, where its newest changes may be`,
      });
    return captured;
  }
}

/** Whether there was a moment at which all files had the bytes that were read: the one at which the last was read. */
function isSteady(
  capturing: Capturing,
  [name = '', ...beside]: readonly string[],
  captured: CapturedMembers,
  logBefore: Buffer | undefined,
): boolean {
  const isAsRead = (one: string) => {
    const now = lookAt(capturing, one);
    const read = captured.get(one)?.numbers;
    return now !== undefined && read?.[1] === now.mtimeMs && read[2] === now.ctimeMs && read[3] === now.ino;
  };
  if (!isAsRead(name)) return false;
  // One that came in between may belong to a change that had begun when the database was read.
  if ([journal, log].some(end => !beside.includes(name + end) && lookAt(capturing, name + end))) return false;
  const undo = captured.get(name + journal);
  if (undo ? isUnknown(undo) : captured.has(name + journal) && lookAt(capturing, name + journal)) return false;
  if (!captured.get(name + log) || isAsRead(name + log)) return true;
  // It only grows until it is emptied, and then it has another beginning. What is torn at its end does not count.
  const logNow = beginningOf(capturing, name + log);
  return logBefore !== undefined && logNow !== undefined && logBefore.equals(logNow);
}

/** It changed each time it was read. */
function isUnknown({ numbers }: CapturedEntry): boolean {
  return numbers[1] === unknownNumbers[1];
}

/** Where this fails, so does reading the file, which then is said. */
function lookAt({ fs, directory }: Capturing, name: string): Stats | undefined {
  try {
    return fs.lstatSync(systemPath(below(directory, name)), { throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The header of a log, with the numbers that are others after each time it was emptied. */
function beginningOf({ fs, directory }: Capturing, name: string): Buffer | undefined {
  try {
    const file = fs.openSync(systemPath(below(directory, name)), readFlags);
    try {
      const header = Buffer.alloc(32);
      return fs.readSync(file, header, 0, header.length, 0) === header.length ? header : undefined;
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
