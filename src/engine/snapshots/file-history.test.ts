import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import type { FileVersion } from '../../protocol/files.ts';
import { systemPath } from '../names.ts';
import { objectId } from '../vault/object-id.ts';
import { createSnapshot } from './create.ts';
import { fileHistory } from './file-history.ts';
import { restoreSnapshot } from './restore.ts';

const digest = (text: string) => objectId(Buffer.from(text));
const states = (versions: FileVersion[]) =>
  versions.map(({ snapshot, lastSnapshot, deletedIn, sha256 }) => [snapshot, lastSnapshot, deletedIn, sha256]);

test('one entry for each change of the bytes, newest first, over deletion and return', async () => {
  using place = placeWith({ docs: { a: 'one', other: 'x' } });
  const file = `${place.root}/docs/a`;
  const ids = [(await place.snapshot()).id];
  const next = async (change: () => void) => {
    change();
    ids.push((await place.snapshot()).id);
  };
  await next(() => fs.writeFileSync(`${place.root}/docs/other`, 'y'));
  await next(() => fs.writeFileSync(file, 'two'));
  await next(() => fs.rmSync(file));
  await next(() => fs.mkdirSync(file));
  await next(() => {
    fs.rmdirSync(file);
    fs.writeFileSync(file, 'two');
  });
  const { path, versions, broken } = await fileHistory(place.context, './docs/a', {});
  assert.deepEqual([path, broken], ['docs/a', []]);
  assert.deepEqual(states(versions), [
    [ids[5], ids[5], undefined, digest('two')],
    [ids[2], ids[2], ids[3], digest('two')],
    [ids[0], ids[1], undefined, digest('one')],
  ]);
  assert.equal(versions[2]!.size, 3);
  assert.match(versions[2]!.mtime, /^2024-05-06T07:08:09\.12/);
  assert.ok(versions.every(({ renamedFrom, renamedTo }) => renamedFrom === undefined && renamedTo === undefined));
});

test('a file that moves, alone or with its directory, is followed by its bytes', async () => {
  using place = placeWith({ old: { deep: { a: 'bytes', b: 'others', empty: '' } }, twin: 'bytes' });
  await place.snapshot();
  fs.renameSync(`${place.root}/old`, `${place.root}/new`);
  const moved = await place.snapshot();
  const before = (await fileHistory(place.context, 'old/deep/a', {})).versions;
  assert.deepEqual([before.length, before[0]!.deletedIn, before[0]!.renamedTo], [1, moved.id, 'new/deep/a']);
  const after = (await fileHistory(place.context, 'new/deep/a', {})).versions;
  assert.deepEqual([after.length, after[0]!.snapshot, after[0]!.renamedFrom], [1, moved.id, 'old/deep/a']);
  assert.equal((await fileHistory(place.context, 'old/deep/empty', {})).versions[0]!.renamedTo, undefined);
  assert.equal((await fileHistory(place.context, 'twin', {})).versions[0]!.renamedTo, undefined);
});

test('links have a history, and so have names that are not UTF-8', async () => {
  using place = placeWith({ 'caf\udce9': 'x' });
  fs.symlinkSync('caf', `${place.root}/link`);
  await place.snapshot();
  fs.rmSync(`${place.root}/link`);
  fs.symlinkSync('elsewhere', `${place.root}/link`);
  await place.snapshot();
  const { versions } = await fileHistory(place.context, 'link', {});
  assert.deepEqual(
    versions.map(({ type, target, sha256 }) => [type, target, sha256]),
    [
      ['link', 'elsewhere', digest('elsewhere')],
      ['link', 'caf', digest('caf')],
    ],
  );
  assert.ok(fs.existsSync(systemPath(`${place.root}/caf\udce9`)));
  assert.equal((await fileHistory(place.context, 'caf\udce9', {})).versions.length, 1);
});

test('a snapshot that did not look there says nothing of it', async () => {
  using place = placeWith({ a: 'one', b: 'x' }, { settings: { user: { exclude: [] } } });
  const first = await place.snapshot();
  await createSnapshot(place.context, { paths: ['b'] }, {});
  await place.snapshot(place.open({ settings: { user: { exclude: ['a'] } } }));
  // Takes a safety snapshot of files outside the root, one of which has the same name.
  fs.mkdirSync(`${place.path}/out`);
  fs.writeFileSync(`${place.path}/out/a`, 'outside');
  await restoreSnapshot(place.context, first.id, { to: `${place.path}/out` }, {});
  const { versions } = await fileHistory(place.context, 'a', {});
  assert.deepEqual(states(versions), [[first.id, first.id, undefined, digest('one')]]);
});

test('no file, only a directory, and a snapshot that cannot be read', async () => {
  using place = placeWith({ docs: { a: 'one' } });
  const first = await place.snapshot();
  fs.writeFileSync(`${place.root}/docs/a`, 'two');
  const second = await place.snapshot();
  await assert.rejects(fileHistory(place.context, 'nothing', {}), code('NOT_FOUND'));
  await assert.rejects(fileHistory(place.context, 'docs/a/below', {}), code('NOT_FOUND'));
  for (const path of ['docs', '']) {
    await assert.rejects(fileHistory(place.context, path, {}), /directory/);
  }
  await assert.rejects(fileHistory(place.context, '../a', {}), code('INVALID_NAME'));
  flipBit(`${place.root}/.holdfast/snapshots/${first.id}.json`, 200);
  const { versions, broken } = await fileHistory(place.context, 'docs/a', {});
  assert.deepEqual(states(versions), [[second.id, second.id, undefined, digest('two')]]);
  assert.deepEqual(
    broken.map(({ id }) => id),
    [first.id],
  );
});
