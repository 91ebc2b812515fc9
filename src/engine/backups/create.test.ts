import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { code, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { directory, file, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { systemPath } from '../names.ts';
import { createBackup } from './create.ts';
import { listBackups } from './list.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

const backupsOf = (place: Place) => `${place.path}/backups`;
const reasons = (omitted: { path: string; reason: string }[]) =>
  Object.fromEntries(omitted.map(({ path, reason }) => [path, reason]));

test('plain tar unpacks it with every byte, mode and time', { skip: process.platform === 'win32' }, async () => {
  const long = 'long name '.repeat(20);
  using place = placeWith({
    'empty.txt': '',
    'big.bin': Buffer.alloc(3_000_001, 'holdfast'),
    'run.sh': file('#!/bin/sh\n', { mode: 0o755 }),
    'private.key': file('k', { mode: 0o400 }),
    'old.txt': file('before 1970', { mtime: -1_234_567 }),
    'exact.txt': file('x', { mtime: '2025-01-02T03:04:05.678Z' }),
    'ünï\u0301 \n çode': 'name',
    [long]: { [long]: { [long]: 'deep' } },
    empty: directory({}, { mode: 0o700 }),
    'read-only': directory({ 'a.txt': 'a' }, { mode: 0o555 }),
    latest: link('run.sh'),
    outside: link('/nowhere/at/all'),
    dangling: link(`${'d/'.repeat(100)}x`),
  });
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  assert.deepEqual(backup.omitted, []);
  assert.equal(fs.statSync(backup.file).mode & 0o777, 0o600);
  assert.equal(fs.statSync(backup.file).size, backup.archiveBytes);
  const copy = `${place.path}/copy`;
  fs.mkdirSync(copy);
  execFileSync('tar', ['xzpf', backup.file, '-C', copy]);
  const options = { except: ['.holdfast', '.holdfast-backup'], directoryTimes: true };
  assert.deepEqual(readTree(copy, options), readTree(place.root, options));
  assert.deepEqual(fs.readdirSync(`${copy}/.holdfast-backup`), ['backup.json', 'manifest.json']);
  assert.deepEqual(fs.readdirSync(backupsOf(place)).sort(), [
    path.basename(backup.file),
    `${path.basename(backup.file)}.json`,
  ]);
});

test('secret areas are left out and listed, unless asked for', async () => {
  using place = placeWith(
    { notebooks: { 'a.json': '{}' }, user_settings: { 'keys.json': 'hush' } },
    { profileFlag: 'digital-article' },
  );
  const to = backupsOf(place);
  const without = await createBackup(place.context, { to }, {});
  assert.deepEqual([without.files, without.scope.secrets], [1, false]);
  assert.match(reasons(without.omitted)['user_settings/keys.json'] ?? '', /secret area .*--include-secrets/);
  assert.ok(!execFileSync('tar', ['xzOf', without.file, '--exclude=.holdfast-backup']).includes('hush'));
  const whole = await createBackup(place.context, { to, includeSecrets: true }, {});
  assert.deepEqual([whole.files, whole.omitted, whole.scope.secrets], [2, [], true]);
});

test('areas choose what is in it; an unknown one is an error and leaves nothing', async () => {
  using place = placeWith(
    { notebooks: { 'a.json': '{}' }, personas: { 'p.json': '{}' }, traces: { t: { 'x.log': '' } } },
    { profileFlag: 'digital-article' },
  );
  const to = backupsOf(place);
  const some = await createBackup(place.context, { to, areas: ['sessions', 'traces'] }, {});
  const restored = `${place.path}/restored`;
  await restoreBackup(place.context, some.id, { to: restored }, {});
  assert.deepEqual(Object.keys(readTree(restored)), [
    'notebooks',
    'notebooks/a.json',
    'traces',
    'traces/t',
    'traces/t/x.log',
  ]);
  await assert.rejects(createBackup(place.context, { to, areas: ['nonsense'] }, {}), code('NOT_FOUND'));
  assert.equal(fs.readdirSync(to).length, 2);
});

test('never inside the root, by whatever name', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  fs.symlinkSync(place.root, `${place.path}/alias`);
  const inside = [place.root, `${place.root}/deep/er`, `${place.root}/..odd`, `${place.path}/alias/backups`];
  for (const to of inside) await assert.rejects(createBackup(place.context, { to }, {}), code('CONFLICT'), to);
  assert.deepEqual(Object.keys(place.tree()), ['a.txt']);
  for (const to of [path.dirname(place.root), `${place.root}-backups`]) {
    assert.ok(fs.existsSync((await createBackup(place.context, { to }, {})).file), to);
  }
});

test('what a killed backup left goes with the next one, and nothing else does', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const kept = {
    'holdfast-20260101T000000Z-abcdefgh.tar.gz': 'without a record',
    'notes.json': '{}',
    '.hidden': '',
    'holdfast-notes.txt': '',
  };
  makeTree(backupsOf(place), {
    ...kept,
    '.abcdefghijklmnopqrst.holdfast-tmp': 'half',
    'holdfast-20260102T000000Z-bcdefghi.tar.gz.json': 'a record without an archive',
  });
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  const made = [path.basename(backup.file), `${path.basename(backup.file)}.json`];
  assert.deepEqual(fs.readdirSync(backupsOf(place)).sort(), [...Object.keys(kept), ...made].sort());
});

test('cancelled, or without room, nothing is left', async () => {
  using place = placeWith({ 'a.txt': 'a', 'b.bin': randomBytes(5_000_000) });
  const to = backupsOf(place);
  const stopped = AbortSignal.abort();
  await assert.rejects(createBackup(place.context, { to }, { signal: stopped }), code('CANCELLED'));
  let written = 0;
  const full = filesWith('writeSync', () => {
    if (++written > 10) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  });
  await place.snapshot();
  await assert.rejects(createBackup(place.open({ fs: full }), { to }, {}), code('DISK_FULL'));
  assert.ok(written > 10);
  assert.deepEqual(fs.readdirSync(to), []);
  assert.deepEqual(listBackups(place.context).backups, []);
});

test('of two at once in one directory, the second is told to wait', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const to = backupsOf(place);
  const both = await Promise.allSettled([
    createBackup(place.context, { to }, {}),
    createBackup(place.context, { to }, {}),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const refused = both.find(one => one.status === 'rejected');
  assert.ok(code('LOCKED')(refused?.reason));
  assert.equal(fs.readdirSync(to).length, 2);
});

test('a root that a backup was unpacked into with plain tar can be backed up as well', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const first = await createBackup(place.context, { to: backupsOf(place) }, {});
  execFileSync('tar', ['xzf', first.file, '-C', place.root]);
  const second = await createBackup(place.context, { to: backupsOf(place) }, {});
  assert.deepEqual(Object.keys(reasons(second.omitted)), [
    '.holdfast-backup/backup.json',
    '.holdfast-backup/manifest.json',
  ]);
  assert.deepEqual((await verifyBackup(place.context, second.id, {})).bad, []);
  const to = `${place.path}/restored`;
  assert.deepEqual((await restoreBackup(place.context, second.id, { to }, {})).failed, []);
});

test('names that are not UTF-8 come back through Holdfast as they were, and plain tar can read them', {
  skip: process.platform !== 'linux',
}, async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const odd = 'caf\udce9.txt';
  fs.writeFileSync(systemPath(`${place.root}/${odd}`), 'latin-1');
  fs.symlinkSync(systemPath(odd), `${place.root}/to-odd`);
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  const listed = execFileSync('tar', ['tzf', backup.file, '--quoting-style=literal'], { encoding: 'utf8' });
  assert.ok(listed.includes('caf\ufffde9.txt'));
  const to = `${place.path}/restored`;
  await restoreBackup(place.context, backup.id, { to }, {});
  assert.deepEqual(readTree(to), place.tree());
});

test('a database that is written to before its log is archived is listed', async () => {
  using place = placeWith({ 'state.db': 'as it was', 'state.db-wal': 'what came later', 'x-wal': 'of nothing' });
  const backup = (happens: () => void) => {
    let opened = 0;
    const fs = filesWith('openSync', (...[path]: unknown[]) => {
      if (path === `${place.root}/state.db-wal` && ++opened === 1) happens();
    });
    return createBackup(place.open({ fs }), { to: backupsOf(place) }, {});
  };
  assert.deepEqual((await backup(() => {})).omitted, []);
  const { omitted } = await backup(() => fs.writeFileSync(`${place.root}/state.db`, 'with what came later'));
  assert.deepEqual(
    omitted.map(({ path }) => path),
    ['state.db'],
  );
  assert.match(omitted[0]!.reason, /may not fit together/);
});
