import { type Context, vaultName } from '../context.ts';
import { below } from '../names.ts';
import type { Pace } from '../pace.ts';
import { runJob } from '../threads/run-job.ts';
import { numbersPerEntry } from '../vault/file-numbers.ts';
import { type ScannedDirectory, scanCacheLength } from '../vault/scan-cache.ts';
import { type EarlierDirectories, unchangedDirectories } from './unchanged-directories.ts';

/** So many files take some milliseconds to look at. */
const batchSize = 1000;
/** For fewer files, another thread is not there before all is done. */
const worthThreads = 20_000;
/** Bytes of the scan cache for about so many. */
const worthStarting = 100_000;
/** To each thread, so that it goes on while this one is busy. */
const ahead = 2;

/** A directory with more would keep a thread too long: it is looked at name by name, later. */
const longest = 10_000;

/** Starts another thread while the caches are read, when `findUnchanged` will have work for it. */
export function getReady(context: Context): void {
  if (scanCacheLength(context) < worthStarting) return;
  context.ports.threads?.getReady();
}

type Batch = (readonly [path: string, directory: ScannedDirectory])[];

/**
 * Which directories are as an earlier capture found them, but for what lies below the directories in them. Here and on
 * other threads at once: nearly all that an unchanged root costs is asking the system about each file.
 */
export async function findUnchanged(
  { ports }: Context,
  base: string,
  before: ReadonlyMap<string, ScannedDirectory>,
  started: number,
  pace: Pace,
): Promise<Set<ScannedDirectory>> {
  const total = before.get('')?.files ?? 0;
  const threads = total < worthThreads ? undefined : ports.threads;
  const found = new Set<ScannedDirectory>();
  let done = 0;
  const take = (batch: Batch, same: Uint8Array) => {
    for (const [index, [, directory]] of batch.entries()) if (same[index] === 1) found.add(directory);
    done += namesIn(batch);
  };
  const here = (batch: Batch) => take(batch, unchangedDirectories(ports.fs, asked(base, batch, started)).answer);
  const elsewhere = new Set<Promise<void>>();
  const left = batches(before);
  for (let next = left.shift(); next; next = left.shift()) {
    // From the other end: so each goes through neighbours.
    while (threads && elsewhere.size < threads.count * ahead && left.length > 0) {
      const batch = left.pop()!;
      const answered = runJob(ports, 'unchangedDirectories', asked(base, batch, started)).then(
        same => take(batch, same),
        () => here(batch),
      );
      const ended: Promise<void> = answered.finally(() => elsewhere.delete(ended));
      elsewhere.add(ended);
    }
    here(next);
    await pace.breathe({ phase: 'Reading', done, total, unit: 'files' });
  }
  await Promise.all(elsewhere);
  return found;
}

function batches(before: ReadonlyMap<string, ScannedDirectory>): Batch[] {
  const all: Batch[] = [];
  let batch: Batch = [];
  for (const one of before) {
    if (entriesOf(one[1]) > longest) continue;
    batch.push(one);
    if (namesIn(batch) < batchSize) continue;
    all.push(batch);
    batch = [];
  }
  if (batch.length > 0) all.push(batch);
  return all;
}

const entriesOf = ({ stats }: ScannedDirectory) => stats.length / numbersPerEntry;

/** A directory costs about as much as a name in it. */
const namesIn = (batch: Batch) => batch.reduce((sum, [, one]) => sum + entriesOf(one) + 1, 0);

function asked(base: string, batch: Batch, started: number): EarlierDirectories {
  const stats = new Float64Array(batch.reduce((sum, [, one]) => sum + one.stats.length, 0));
  let position = 0;
  for (const [, one] of batch) {
    stats.set(one.stats, position);
    position += one.stats.length;
  }
  const directories = batch.map(([path, { names }]) => ({
    path: below(base, path),
    names,
    // The vault is in no capture.
    ...(path === '' ? { except: vaultName } : {}),
  }));
  return { started, directories, stats };
}
