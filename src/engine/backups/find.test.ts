import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { code, flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { makeTree } from '../../../test/fixtures/tree.ts';
import { createBackup } from './create.ts';
import { deleteBackup } from './delete.ts';
import { findBackup } from './find.ts';
import { listBackups } from './list.ts';
import { restoreBackup } from './restore.ts';

/** Ports whose clock goes on by a minute each time it is asked. */
function ticking(): { now(): Date } {
  let time = Date.parse('2026-05-06T07:08:09.000Z');
  const now = () => {
    time += 60_000;
    return new Date(time);
  };
  return { now };
}

test('backups are listed newest first, wherever they went', async () => {
  using place = placeWith({ 'a.txt': 'a' }, ticking());
  assert.deepEqual(listBackups(place.context), { directory: '', backups: [], broken: [] });
  const data = { env: { XDG_DATA_HOME: `${place.path}/data` }, platform: 'linux' as const };
  const usual = await createBackup(place.open(data), {}, {});
  const other = await createBackup(place.open(data), { to: `${place.path}/one` }, {});
  const last = await createBackup(place.open(data), { to: '../two' }, {});
  assert.match(
    path.relative(place.path, usual.file),
    /^data\/holdfast\/backups\/[a-z2-7]{20}\/holdfast-2026\d{4}T\d{6}Z-[a-z2-7]{8}\.tar\.gz$/,
  );
  assert.equal(path.dirname(last.file), `${place.path}/two`);
  assert.deepEqual(listBackups(place.open(data)), {
    directory: path.dirname(usual.file),
    backups: [last, other, usual],
    broken: [],
  });
});

test('a backup is found by its id, what that begins with, `latest` and its file', async () => {
  using place = placeWith({ 'a.txt': 'a' }, ticking());
  const to = `${place.path}/app/backups`;
  const first = await createBackup(place.context, { to }, {});
  const second = await createBackup(place.context, { to }, {});
  const found = (reference: string) => findBackup(place.context, reference).known?.id;
  for (const reference of [
    first.id,
    first.id.slice(0, 8),
    first.file,
    `./backups/${path.basename(first.file)}`,
    `backups/${path.basename(first.file)}`,
  ]) {
    assert.equal(found(reference), first.id, reference);
  }
  assert.equal(found('latest'), second.id);
  assert.equal(found('elsewhere.tar.gz'), undefined);
  assert.equal(findBackup(place.context, 'some.tgz').file, `${place.path}/app/some.tgz`);
  assert.throws(() => findBackup(place.context, '0000'), code('NOT_FOUND'));
  assert.throws(() => deleteBackup(place.context, ''), code('NOT_FOUND'));
});

test('an id that fits two is ambiguous', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const ids: string[] = [];
  while (new Set(ids.map(id => id[0])).size === ids.length) {
    ids.push((await createBackup(place.context, { to: `${place.path}/backups` }, {})).id);
  }
  const twice = ids.at(-1)![0]!;
  assert.throws(() => findBackup(place.context, twice), code('AMBIGUOUS'));
});

test('a record that is missing or damaged is listed as broken, and its archive can still be used', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const to = `${place.path}/backups`;
  const whole = await createBackup(place.context, { to }, {});
  const lost = await createBackup(place.context, { to }, {});
  const damaged = await createBackup(place.context, { to }, {});
  fs.rmSync(`${lost.file}.json`);
  flipBit(`${damaged.file}.json`, 50);
  const { backups, broken } = listBackups(place.context);
  assert.deepEqual(
    backups.map(({ id }) => id),
    [whole.id],
  );
  assert.deepEqual(broken.map(one => one.id).sort(), [path.basename(lost.file), path.basename(damaged.file)].sort());
  assert.match(broken.find(one => one.path === lost.file)?.reason ?? '', /missing.*file name/);
  assert.match(broken.find(one => one.path === `${damaged.file}.json`)?.reason ?? '', /digest/);
  assert.throws(() => findBackup(place.context, lost.id), code('NOT_FOUND'));
  for (const { file } of [lost, damaged]) {
    fs.rmSync(`${place.root}/a.txt`, { force: true });
    await restoreBackup(place.context, file, {}, {});
    assert.ok(fs.existsSync(`${place.root}/a.txt`));
  }
});

test('of two roots that back up to one directory, each has its own', async () => {
  using one = placeWith({ 'a.txt': 'one' }, ticking());
  using other = placeWith({ 'a.txt': 'other' });
  const to = `${one.path}/backups`;
  const mine = await createBackup(one.context, { to }, {});
  const theirs = await createBackup(other.context, { to }, {});
  assert.deepEqual(listBackups(one.context).backups, [mine]);
  assert.equal(findBackup(one.context, 'latest').known?.id, mine.id);
  assert.throws(() => findBackup(one.context, theirs.id), code('NOT_FOUND'));
  assert.throws(() => deleteBackup(one.context, theirs.file), code('NOT_FOUND'));
  assert.ok(fs.existsSync(theirs.file));
});

test('a root that is empty, because it was lost, finds the backups in the directory that it is told', async () => {
  using lost = placeWith({ 'a.txt': 'a' });
  const to = `${lost.path}/backups`;
  const { id } = await createBackup(lost.context, { to }, {});
  makeTree(`${lost.path}/new`, {});
  const fresh = testContext(`${lost.path}/new`, { env: { HOLDFAST_BACKUP_DIR: to } });
  fs.mkdirSync(fresh.root, { recursive: true });
  assert.deepEqual(
    listBackups(fresh).backups.map(one => one.id),
    [id],
  );
  assert.equal((await restoreBackup(fresh, 'latest', {}, {})).restored, 1);
});

test('a deleted backup is gone with its record; the others stay', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const to = `${place.path}/backups`;
  const first = await createBackup(place.context, { to }, {});
  const second = await createBackup(place.context, { to }, {});
  assert.deepEqual(deleteBackup(place.context, first.id), { deleted: [first.id] });
  assert.deepEqual(fs.readdirSync(to), [path.basename(second.file), `${path.basename(second.file)}.json`]);
  assert.throws(() => deleteBackup(place.context, first.id), code('NOT_FOUND'));
  assert.throws(() => deleteBackup(place.context, first.file), code('NOT_FOUND'));
  fs.writeFileSync(`${to}/foreign.tar.gz`, 'not ours');
  assert.throws(() => deleteBackup(place.context, `${to}/foreign.tar.gz`), code('NOT_FOUND'));
  assert.ok(fs.existsSync(`${to}/foreign.tar.gz`));
  assert.deepEqual(deleteBackup(place.context, second.file), { deleted: [second.id] });
});

test('listing and finding write nothing', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  assert.deepEqual(listBackups(place.context).backups, []);
  assert.throws(() => findBackup(place.context, 'latest'), code('NOT_FOUND'));
  assert.deepEqual(fs.readdirSync(place.root), ['a.txt']);
});
