import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { testPorts } from '../../../test/fixtures/ports.ts';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { systemPath } from '../names.ts';
import type { FileCalls } from '../ports.ts';
import { holding } from './held-files.ts';

const linux = { skip: process.platform !== 'linux' };

const openCount = () => fs.readdirSync('/proc/self/fd').length;

/** File calls that hold `base`, in a directory where `outside` lies beside it. */
async function withHeld(run: (files: FileCalls, base: string, place: string) => void): Promise<void> {
  using place = temporaryDirectory();
  const base = `${place.path}/base`;
  makeTree(place.path, { base: { dir: { deep: { file: 'inside' } } }, outside: { deep: { file: 'outside' } } });
  const before = openCount();
  await holding(testPorts(), [base], async ({ fs: files }) => run(files, base, place.path));
  assert.equal(openCount(), before, 'what was opened is closed');
}

test('errors name the paths that were given', linux, () =>
  withHeld((files, base) => {
    const [from, to] = [`${base}/dir/none`, `${base}/dir/deep/to`];
    const message = `ENOENT: no such file or directory, rename '${from}' -> '${to}'`;
    assert.throws(() => files.renameSync(from, to), { message, path: from, dest: to, code: 'ENOENT' });
    assert.throws(() => files.mkdirSync(`${base}/none/new`), { path: `${base}/none`, code: 'ENOENT' });
    assert.throws(() => files.chmodSync(`${base}/dir/deep/file`, 0o700), { path: `${base}/dir/deep/file` });
    assert.throws(() => files.openSync(base, 'w'), { path: base, code: 'EISDIR' });
  }),
);

test('a link is never gone through, but the base may be one', linux, () =>
  withHeld((files, base, place) => {
    fs.symlinkSync(`${place}/outside`, `${base}/link`);
    for (const call of [
      () => files.writeSync(files.openSync(`${base}/link/new`, 'wx'), 'x'),
      () => files.unlinkSync(`${base}/link/deep/file`),
      () => files.chmodSync(`${base}/link`, 0o700),
      () => files.utimesSync(`${base}/link`, 0, 0),
      () => files.readdirSync(`${base}/link`),
      () => files.renameSync(`${base}/dir/deep/file`, `${base}/link/file`),
    ]) {
      assert.throws(call, { code: 'ENOTDIR' });
    }
    assert.equal(files.existsSync(`${base}/link/deep/file`), false);
    assert.equal(files.lstatSync(`${base}/none/none`, { throwIfNoEntry: false }), undefined);
    fs.renameSync(base, `${place}/real`);
    fs.symlinkSync(`${place}/outside`, base);
    assert.equal(files.readFileSync(`${base}/dir/deep/file`, 'utf8'), 'inside', 'whatever its path leads to by now');
  }),
);

test('another directory in the place of one that is open is found by a look at it', linux, () =>
  withHeld((files, base) => {
    files.mkdirSync(`${base}/dir/deep/new`);
    fs.renameSync(`${base}/dir`, `${base}/old`);
    makeTree(`${base}/dir`, { deep: {} });
    assert.equal(
      files.lstatSync(`${base}/dir/deep`, { bigint: true }).ino,
      fs.lstatSync(`${base}/dir/deep`, { bigint: true }).ino,
    );
    files.mkdirSync(`${base}/dir/deep/new`);
    assert.deepEqual(fs.readdirSync(`${base}/dir/deep`), ['new']);
    files.renameSync(`${base}/dir`, `${base}/again`);
    assert.throws(() => files.mkdirSync(`${base}/dir/deep/other`), { code: 'ENOENT' });
    files.mkdirSync(`${base}/again/deep/other`);
  }),
);

test('names that are not UTF-8, deep places and many directories: few are open at once', linux, () =>
  withHeld((files, base) => {
    const deep = `${base}/${Array.from({ length: 200 }, () => 'd').join('/')}`;
    fs.mkdirSync(deep, { recursive: true });
    files.mkdirSync(systemPath(`${deep}/\udcff`));
    files.mkdirSync(systemPath(`${deep}/\udcff/new`));
    assert.deepEqual(fs.readdirSync(systemPath(`${deep}/\udcff`)), ['new']);
    const before = openCount();
    for (let number = 0; number < 100; number++) {
      files.mkdirSync(`${base}/${number}`);
      files.mkdirSync(`${base}/${number}/new`);
    }
    assert.ok(openCount() < before, `${openCount()} are open`);
  }),
);
