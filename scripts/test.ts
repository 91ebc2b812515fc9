import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHostTests } from '../test/vscode/run-host-tests.ts';
import { runPageTests } from '../test/vscode/run-page-tests.ts';
import { exitOnSignals } from './vscode/exit-on-signals.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A check that passes or fails as a whole, and prints only when it fails. */
function check(name: string, args: string[]): Counts {
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status === 0) return { passed: 1, failed: 0, skipped: 0 };
  process.stderr.write(`\nFAILED ${name}\n${run.stdout}${run.stderr}\n`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** The test files that a pattern names, in Node's own runner. */
function nodeTests(pattern: string, concurrency = 2): Counts {
  const files = globSync(pattern);
  if (files.length === 0) throw new Error(`No test file fits ${pattern}.`);
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const counts = join(scratch, 'counts.json');
  try {
    const run = spawnSync(
      process.execPath,
      [
        '--test',
        `--test-concurrency=${concurrency}`,
        '--test-timeout=300000',
        '--test-reporter=./test/reporter.ts',
        '--test-reporter-destination=stdout',
        ...files,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, HOLDFAST_TEST_COUNTS: counts } },
    );
    const result: Counts = JSON.parse(readFileSync(counts, 'utf8'));
    if (run.status !== 0 && result.failed === 0) result.failed++;
    return result;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const bin = (name: string) => `node_modules/${name}`;
const suites: Record<string, () => Counts | Promise<Counts>> = {
  types: () => {
    const everything = check('types', [bin('typescript/bin/tsc'), '--noEmit']);
    return everything.failed > 0
      ? everything
      : check('types of the command line, for Node 20', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'src/cli']);
  },
  lint: () => check('lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
  build: () => check('build', ['scripts/build.ts', '--production']),
  unit: () => nodeTests('src/**/*.test.ts'),
  // Each of these files keeps two cores at work by itself.
  crash: () => nodeTests('test/crash/*.test.ts', 1),
  cli: () => nodeTests('test/cli/*.test.ts'),
  fuzz: () => nodeTests('test/fuzz/*.test.ts'),
  format: () => nodeTests('test/format/*.test.ts'),
  package: () => nodeTests('test/package/*.test.ts'),
  host: () => runHostTests(),
  page: () => runPageTests(),
};

exitOnSignals();
const wanted = process.argv.slice(2);
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, run] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  let counts: Counts;
  try {
    counts = await run();
  } catch (error) {
    process.stderr.write(`\nFAILED ${name} could not run\n${error instanceof Error ? error.stack : error}\n`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
