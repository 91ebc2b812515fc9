import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Output } from './output.ts';
import { ProgressBar, progressText } from './progress.ts';

test('progress in words', () => {
  // The total is that of an earlier time.
  assert.equal(progressText({ phase: 'Reading', done: 306, total: 301, unit: 'files' }), 'Reading  306 files');
  assert.equal(progressText({ phase: 'Reading', done: 1200, total: 0, unit: 'files' }), 'Reading  1,200 files');
  assert.match(
    progressText({ phase: 'Writing', done: 512, total: 2048, unit: 'bytes' }),
    /^█{5}░{15} {2}25 % {2}Writing {2}512 B of 2\.0 KiB$/,
  );
});

for (const [what, wishes, isTTY] of [
  ['--quiet', { json: false, quiet: true, color: true }, true],
  ['--json', { json: true, quiet: false, color: true }, true],
  ['no terminal', { json: false, quiet: false, color: true }, false],
] as const) {
  test(`no bar with ${what}`, () => {
    const written: string[] = [];
    const stream = { isTTY, write: (text: string) => written.push(text) > 0, on: () => undefined };
    const bar = new ProgressBar(new Output({ ...wishes }, { out: stream, err: stream, env: {} }, () => {}));
    bar.update({ phase: 'Reading', done: 1, total: 2, unit: 'files' });
    bar.end();
    assert.deepEqual(written, []);
  });
}
