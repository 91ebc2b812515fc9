import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../../scripts/vscode/browser.ts';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import { installVsCode } from '../../scripts/vscode/install.ts';
import type { Counts } from './counts.ts';
import { project } from './project.ts';

const limit = 30 * 60_000;

/**
 * Runs `test/ui/*.test.ts`, which use a real VS Code through a browser as a user does, and prints only what failed.
 * The extension must have been built.
 */
export async function runPageTests(): Promise<Counts> {
  const files = globSync('test/ui/*.test.ts', { cwd: project });
  if (files.length === 0) throw new Error('There are no page tests: test/ui/*.test.ts matches nothing.');
  // Here, so that the first test's time limit does not have to allow for a download.
  await installVsCode(project);
  await (await launchBrowser(project)).close();
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-counts-'));
  const counts = join(dir, 'counts.json');
  try {
    const end = await runNodeTests(files.sort(), counts);
    return readCounts(counts, end);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function runNodeTests(files: string[], counts: string): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-reporter=./test/reporter.ts',
      '--test-reporter-destination=stdout',
      // Each file has a VS Code and a browser: several at once would slow each other down to their time limits.
      '--test-concurrency=1',
      ...files,
    ],
    { cwd: project, env: { ...env, HOLDFAST_TEST_COUNTS: counts }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const endChild = () => child.kill();
  process.once('exit', endChild);
  const timer = setTimeout(() => {
    process.stdout.write(`✖ The page tests took longer than ${limit / 60_000} minutes and were stopped.\n`);
    child.kill();
  }, limit);
  return new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => {
    clearTimeout(timer);
    process.off('exit', endChild);
  });
}

function readCounts(file: string, end: string): Counts {
  let counts: Counts;
  try {
    counts = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`The page tests ended with ${end} and left no counts: ${(error as Error).message}`);
  }
  // A file that cannot be loaded fails the run; it must not pass because no test in it did.
  if (end !== 'exit code 0' && counts.failed === 0) counts.failed = 1;
  return counts;
}

if (import.meta.main) {
  exitOnSignals();
  const { passed, failed, skipped } = await runPageTests();
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
