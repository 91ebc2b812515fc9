import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDigitalArticle } from '../test/fixtures/digital-article.ts';
import { readTree } from '../test/fixtures/tree.ts';
import { mustEqual, narrator } from './narrator.ts';

/**
 * The main job, told as it happens, with the real command line on a real workspace: which root and why, legacy state
 * into it, a snapshot, an accident, a comparison, a restore, a backup, and that backup unpacked elsewhere.
 *
 * @throws when a command fails, or the end is not byte for byte what it has to be
 */
export async function tellMainJob(cli: string, scratch: string): Promise<void> {
  const workspace = join(scratch, 'digital-article');
  const elsewhere = join(scratch, 'elsewhere');
  const root = join(workspace, 'data/workspace');
  const sample = makeDigitalArticle(workspace);
  const { say, holdfast } = narrator(cli, scratch, workspace);

  say('A workspace of Digital Article, as its program leaves it. Where does its state lie, and why there?');
  holdfast('root', 'show');
  holdfast('status');
  say('Notebooks and execution state lie elsewhere. What would bringing them under the root do?');
  holdfast('migrate', 'plan');
  say('Do it. The old places are only read.');
  holdfast('migrate', 'apply', '--yes');
  say('Take a snapshot before the next risky step.');
  holdfast('snapshot', 'create', '--title', 'before the experiment', '--pin');
  const before = readTree(root, { except: ['.holdfast'] });
  say('Something goes wrong: one notebook is overwritten, the state of another is gone.');
  const broken = `notebooks/${sample.notebooks[0]!.id}.json`;
  appendFileSync(join(root, broken), 'garbage');
  rmSync(join(root, sample.good, 'state'), { recursive: true });
  holdfast('snapshot', 'diff', 'latest');
  say('Restore. What is there now is kept in a safety snapshot first.');
  holdfast('snapshot', 'restore', 'before the experiment', '--yes');
  mustEqual(readTree(root, { except: ['.holdfast'] }), before, 'the root after the restore');
  say('Back everything up into one file, check it, and unpack it elsewhere.');
  holdfast('backup', 'create', '--include-secrets', '--to', join(scratch, 'backups'));
  holdfast('backup', 'verify', 'latest');
  holdfast('backup', 'restore', 'latest', '--to', elsewhere);
  mustEqual(readTree(elsewhere), before, 'what was unpacked');
  process.stdout.write('\nEvery file came back byte for byte, with its mode and time.\n');
}
