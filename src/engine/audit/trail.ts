import type { LogEntry } from '../../protocol/log.ts';
import { type Context, vaultPath } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { readRecord } from '../record.ts';
import { entryHash, entryName, entrySequence, logKind } from './entry.ts';

/** What the trail has under one number. */
export interface TrailStep {
  /** Of its file. */
  name: string;
  /** Also one that can be read and does not fit. */
  entry?: LogEntry;
  /** CORRUPT or NEWER_VERSION with the path: it is damaged, missing or does not fit. */
  problem?: HoldfastError;
}

/** Of so many missing in a row each is named; somebody may have made a file with a number beyond all. */
const mostNamed = 1000;

/**
 * The whole trail, first to last, each entry checked against the one before. What follows a problem is taken as it is:
 * what came before it is not known.
 */
export function* readTrail(context: Context): Generator<TrailStep> {
  let prev: string | null | undefined = null;
  let next = 1;
  for (const sequence of trailSequences(context)) {
    for (let missing = next; missing < sequence; missing++) {
      const isLast = missing - next === mostNamed;
      const which = isLast ? `entries ${missing} to ${sequence - 1} are missing` : `entry ${missing} is missing`;
      yield { name: entryName(missing), problem: broken(context, missing, which) };
      prev = undefined;
      if (isLast) break;
    }
    next = sequence + 1;
    const step = stepAt(context, sequence, prev);
    prev = step.problem ? undefined : step.entry!.hash;
    yield step;
  }
}

function stepAt(context: Context, sequence: number, prev: string | null | undefined): TrailStep {
  const name = entryName(sequence);
  const wrong = (why: string) => broken(context, sequence, `entry ${sequence} ${why}`);
  try {
    const entry = readRecord(context.ports, logKind, vaultPath(context, 'audit', name));
    if (!entry) return { name, problem: wrong('is missing') };
    if (prev !== undefined && entry.prev !== prev)
      return { name, entry, problem: wrong('does not follow the one before it') };
    return hasItsHash(entry) ? { name, entry } : { name, entry, problem: wrong('was changed') };
  } catch (error) {
    if (HoldfastError.is(error)) return { name, problem: error };
    throw error;
  }
}

function broken(context: Context, sequence: number, why: string): HoldfastError {
  return new HoldfastError('CORRUPT', `The audit trail is broken: ${why}.`, {
    path: vaultPath(context, 'audit', entryName(sequence)),
    hint: 'Keep the file as it is: somebody or something changed it. The entries before it are intact.',
    details: { intact: sequence - 1 },
  });
}

function hasItsHash(entry: LogEntry): boolean {
  try {
    return entry.hash === entryHash(entry);
  } catch {
    // Details so deep that they cannot be written as text were not written here.
    return false;
  }
}

/** The numbers of all entries, ascending; none when there is no trail yet. */
export function trailSequences(context: Context): number[] {
  try {
    return context.ports.fs
      .readdirSync(vaultPath(context, 'audit'))
      .map(entrySequence)
      .filter(sequence => sequence !== undefined)
      .sort((a, b) => a - b);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
