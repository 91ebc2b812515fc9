import type { Context } from '../context.ts';
import { asHoldfastError, HoldfastError, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { StagedFile, Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { FileCalls, Work } from '../ports.ts';
import type { Settled } from './policy.ts';
import { upgradedBytes } from './sources.ts';

/** Copies the sources of what is wanted, upgraded where that is planned. One that is not what was planned fails alone. */
export async function fillFromSources(
  context: Context,
  { sources, upgrades }: Settled,
  stager: Stager,
  wanted: readonly Wanted[],
  work: Work,
): Promise<void> {
  const { fs } = context.ports;
  const pace = new Pace(work);
  for (const [done, one] of wanted.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Copying', done, total: wanted.length, unit: 'files' });
    const staged = stager.open(one, () => 'it changed while it was copied');
    try {
      const upgrade = upgrades.get(one.path);
      if (upgrade) staged.write(upgradedBytes(fs, sources.get(one.path)!, upgrade));
      else await copyTo(staged, fs, systemPath(sources.get(one.path)!), pace);
    } catch (error) {
      // What fails with a system error is the source; that it cannot be written, or was cancelled, is not its fault.
      const known = asHoldfastError(error);
      staged.fail(known.code === 'FAILED' && systemCode(error) !== undefined ? changedMeanwhile : known.message);
      if (HoldfastError.is(error)) throw error;
      continue;
    }
    staged.close();
  }
}

const changedMeanwhile = 'it was removed or replaced while it was copied; the next migration takes what is there then';

/** For all files one after the other: making one for each takes longer than reading a small file. */
const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

async function copyTo(staged: StagedFile, fs: FileCalls, source: string, pace: Pace): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const file = fs.openSync(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    for (let read = fs.readSync(file, scratch); read > 0; read = fs.readSync(file, scratch)) {
      staged.write(scratch.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(file);
  }
}
