import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { asOtherUser } from '../../../test/fixtures/other-user.ts';
import { link, makeTree, readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { rootProblem } from './usable.ts';

const posix = { skip: process.platform === 'win32' };

function inPlace(check: (problem: (root: string) => string | undefined, base: string) => void): void {
  using place = temporaryDirectory();
  makeTree(place.path, { home: {}, app: { data: {}, file: 'x' }, other: {}, vault: { '.holdfast': { inner: {} } } });
  const before = readTree(place.path);
  const disk = { fs, platform: process.platform, home: `${place.path}/home` };
  const problem = (root: string) => {
    const found = rootProblem(disk, path.join(place.path, 'app'), path.resolve(place.path, root));
    if (!found) return undefined;
    assert.equal(found.code, 'ROOT_UNUSABLE');
    assert.ok(found.hint);
    return found.message;
  };
  check(problem, place.path);
  assert.deepEqual(
    Object.keys(readTree(place.path)).filter(name => !(name in before) && !name.includes('made')),
    [],
  );
}

test('directories that exist, or whose parent exists, or that lie in the workspace', () => {
  inPlace(problem => {
    for (const root of ['app/data', 'app/new', 'app/new/deep/er', 'other', 'other/new', 'vault', 'home/state']) {
      assert.equal(problem(root), undefined, root);
    }
  });
});

test('what is refused', () => {
  inPlace((problem, base) => {
    assert.match(problem('app/file')!, /is a file/);
    assert.match(problem('app/file/below')!, /is a file/);
    assert.match(problem(path.parse(base).root)!, /file system root/);
    assert.match(problem('home')!, /home directory/);
    assert.match(problem('app')!, /workspace folder/);
    assert.match(problem('.')!, /holds the/);
    assert.match(problem('vault/.holdfast')!, /inside a vault/);
    assert.match(problem('vault/.holdfast/inner')!, /inside a vault/);
    assert.match(problem('app/.holdfast/new')!, /inside a vault/);
    assert.match(problem('missing/new')!, /parent directory/);
  });
});

test('a link hides nothing', posix, () => {
  inPlace((problem, base) => {
    makeTree(`${base}/made`, {
      toHome: link(`${base}/home`),
      toWorkspace: link(`${base}/app`),
      toVault: link(`${base}/vault/.holdfast`),
      toRoot: link('/'),
      toFile: link(`${base}/app/file`),
      nowhere: link(`${base}/gone`),
      loop: link('loop'),
      good: link(`${base}/other`),
    });
    assert.match(problem('made/toHome')!, /home directory/);
    assert.match(problem('made/toWorkspace')!, /workspace folder/);
    assert.match(problem('made/toVault/inner')!, /inside a vault/);
    assert.match(problem('made/toRoot')!, /file system root/);
    assert.match(problem('made/toFile')!, /is a file/);
    assert.match(problem('made/nowhere')!, /leads nowhere/);
    assert.match(problem('made/nowhere/new')!, /leads nowhere/);
    assert.match(problem('made/loop')!, /leads nowhere/);
    assert.equal(problem('made/good'), undefined);
    assert.equal(problem('made/toWorkspace/data'), undefined);
    assert.equal(problem('made/toWorkspace/new/deep'), undefined);
  });
});

test('not writable', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, { app: {}, other: {} });
  fs.chmodSync(place.path, 0o755);
  fs.chmodSync(`${place.path}/other`, 0o555);
  const problems = asOtherUser(
    { fs: 'node:fs', usable: import.meta.resolve('./usable.ts') },
    `const disk = { fs, platform: process.platform, home: '/home/of-a-test' };
     for (const root of ['other', 'other/new']) {
       const problem = usable.rootProblem(disk, ${JSON.stringify(`${place.path}/app`)}, ${JSON.stringify(place.path)} + '/' + root);
       console.log(problem?.code, problem?.message);
     }`,
  );
  assert.match(problems, /^(ROOT_UNUSABLE .*not writable.*\n){2}$/);
  fs.chmodSync(`${place.path}/other`, 0o755);
});

test('a read-only file system', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { app: {}, other: {} });
  // Stands in for a mount that a test cannot make.
  const accessSync = () => {
    throw Object.assign(new Error('read-only'), { code: 'EROFS' });
  };
  const disk = { fs: { ...fs, accessSync }, platform: process.platform, home: '/home/of-a-test' };
  const problem = rootProblem(disk, `${place.path}/app`, `${place.path}/other`);
  assert.match(problem!.message, /read-only file system/);
});

test('case does not hide a place where the system ignores it', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { Home: {}, app: {} });
  const disk = { fs, platform: 'darwin' as const, home: `${place.path}/Home` };
  assert.match(rootProblem(disk, `${place.path}/app`, `${place.path}/HOME`)!.message, /home directory/);
});
