import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readHistory } from '../bench/history.ts';
import { writeGoals } from '../bench/pages.ts';

const door = path.join(import.meta.dirname, '../bench/run.ts');

/** The benchmark with roots so small that its figures say nothing: only whether it still works. */
function bench(...args: string[]): string {
  const run = spawnSync(process.execPath, [door, ...args], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

/** In memory where that can be had: the benchmark flushes the file system, with what other tests have written to it. */
const directory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

test('the benchmark measures every job, and keeps and draws what it measured', t => {
  const scratch = mkdtempSync(path.join(directory, 'holdfast-bench-test-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const history = path.join(scratch, 'history');
  const places = ['--directory', scratch, '--rounds', '1', '--save', '--history', history];

  const tools = ['--tool', 'holdfast', '--tool', 'tar+zstd'];
  const vault = bench('--scale', '0.002', '--root', 'large', ...tools, ...places);
  for (const job of ['first snapshot', 'unchanged', 'one file changed', 'restore', 'stored']) {
    assert.match(vault, new RegExp(`^\\| ${job} \\| [\\d.]+ (s|MB) `, 'm'));
  }
  assert.match(vault, /≤ 50 ms more than unchanged: /);
  if (process.platform === 'linux') {
    assert.match(vault, /^\| memory: first snapshot \| \d+ MB /m);
  }

  const growth = bench('growth', '--files', '10', '--snapshots', '2', ...places);
  assert.match(growth, /^\| 10 \|( [\d.]+ s[^|]*\|){6}$/m);
  assert.match(growth, /^\| 2 \|( [\d.]+ s[^|]*\|){5}$/m);

  const runs = readFileSync(path.join(history, 'history.jsonl'), 'utf8').trim().split('\n');
  assert.deepEqual(
    runs.map(run => JSON.parse(run).kind),
    ['vault', 'growth'],
  );
  const page = readFileSync(path.join(history, 'README.md'), 'utf8');
  const drawings = readdirSync(history).filter(name => name.endsWith('.svg'));
  assert.equal(drawings.length, 3);
  for (const drawing of drawings) {
    assert.ok(page.includes(`(${drawing})`), `${drawing} is not shown`);
    assert.match(readFileSync(path.join(history, drawing), 'utf8'), /^<svg .*<path .*<\/svg>\n$/s);
  }
  assert.ok(page.includes(vault.split('\n').find(line => line.startsWith('| restore '))!), page);
  assert.deepEqual(readdirSync(scratch), ['history']);

  const shown = path.join(scratch, 'README.md');
  copyFileSync(path.join(import.meta.dirname, '../../README.md'), shown);
  const before = readFileSync(shown, 'utf8');
  writeGoals(shown, readHistory(history));
  const once = readFileSync(shown, 'utf8');
  assert.match(once, /^\| one file changed, more than unchanged \| -?\d+ ms: /m);
  const headings = (text: string) => text.match(/^## .*$/gm);
  assert.deepEqual(headings(once), headings(before));
  writeGoals(shown, readHistory(history));
  assert.equal(readFileSync(shown, 'utf8'), once);
});

test('a migration is measured beside cp', () => {
  const measured = bench('migrate', '--files', '20', '--bytes', '100', '--rounds', '1', '--directory', directory);
  for (const verb of ['plan', 'apply', 'undo']) {
    assert.match(measured, new RegExp(`^\\| holdfast migrate ${verb} \\| [\\d.]+ s `, 'm'));
  }
});
