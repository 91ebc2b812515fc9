import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { code, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { asOtherUser } from '../../../test/fixtures/other-user.ts';
import { directory, file, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { systemPath } from '../names.ts';
import type { FileCalls } from '../ports.ts';
import { createBackup } from './create.ts';
import { listBackups } from './list.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

/** The real file calls, with something done before each of one name. */
function filesWith(name: keyof FileCalls, before: (...args: never[]) => void): FileCalls {
  return new Proxy(fs, {
    get(target, asked: keyof typeof fs) {
      const real = target[asked];
      if (asked !== name) return real;
      return (...args: never[]) => {
        before(...args);
        return (real as (...all: never[]) => unknown)(...args);
      };
    },
  }) as FileCalls;
}

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

test('what is left out is listed with the reason', async () => {
  using place = placeWith(
    { 'a.txt': 'a', 'x.tmp': 'x', cache: { 'big.bin': 'b' }, inner: {} },
    { settings: { user: { exclude: ['*.tmp', 'cache'] } } },
  );
  spawnSync('mkfifo', [`${place.root}/inner/pipe`]);
  const server = net.createServer().listen(`${place.root}/inner/socket`);
  await new Promise(resolve => server.once('listening', resolve));
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  await new Promise(resolve => server.close(resolve));
  assert.equal(backup.files, 1);
  assert.deepEqual(reasons(backup.omitted), {
    'x.tmp': 'excluded by holdfast.exclude',
    cache: 'excluded by holdfast.exclude',
    'inner/pipe': 'a named pipe cannot be archived',
    'inner/socket': 'a socket cannot be archived',
  });
  assert.ok((await verifyBackup(place.context, backup.id, {})).ok);
});

test('a file and a directory that cannot be read are listed, the others are in it', () => {
  using place = placeWith({ 'a.txt': 'a', 'locked.txt': 'l', locked: { 'x.txt': 'x' } });
  fs.chmodSync(place.path, 0o755);
  fs.mkdirSync(backupsOf(place));
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', place.root, backupsOf(place)]);
  fs.chmodSync(`${place.root}/locked.txt`, 0);
  fs.chmodSync(`${place.root}/locked`, 0);
  const printed = asOtherUser(
    {
      create: import.meta.resolve('./create.ts'),
      verify: import.meta.resolve('./verify.ts'),
      ports: import.meta.resolve('../../../test/fixtures/ports.ts'),
    },
    `const context = ports.testContext(${JSON.stringify(`${place.path}/app`)});
     const backup = await create.createBackup(context, { to: ${JSON.stringify(backupsOf(place))} }, {});
     const { ok } = await verify.verifyBackup(context, backup.file, {});
     console.log(JSON.stringify({ backup, ok }));`,
  );
  const { backup, ok } = JSON.parse(printed);
  assert.deepEqual([ok, backup.files], [true, 1]);
  assert.deepEqual(Object.keys(reasons(backup.omitted)).sort(), ['locked', 'locked.txt']);
  for (const reason of Object.values(reasons(backup.omitted))) assert.match(reason, /Permission denied/);
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

test('a file that changes while it is read is in it as read, and listed', async () => {
  const size = 3 * 1024 * 1024;
  const data = Buffer.alloc(size, 'x');
  using place = placeWith({ 'grown.bin': data, 'cut.bin': data, 'rewritten.bin': data, 'still.bin': data });
  const met = new Map<string, number>();
  let reads = 0;
  const change: Record<string, (at: string) => void> = {
    'grown.bin': at => fs.appendFileSync(at, 'more'),
    'cut.bin': at => fs.truncateSync(at, 1024 * 1024),
    'rewritten.bin': at => fs.writeFileSync(at, Buffer.alloc(size, 'y')),
  };
  const files = filesWith('readSync', (handle: number, buffer: Buffer) => {
    if (buffer.length < 1024 * 1024) return;
    reads++;
    const at = fs.readlinkSync(`/proc/self/fd/${handle}`);
    const count = (met.get(at) ?? 0) + 1;
    met.set(at, count);
    if (count === 2) change[path.basename(at)]?.(at);
  });
  const backup = await createBackup(place.open({ fs: files }), { to: backupsOf(place) }, {});
  assert.ok(reads >= 8);
  assert.deepEqual(Object.keys(reasons(backup.omitted)).sort(), ['cut.bin', 'grown.bin', 'rewritten.bin']);
  assert.match(reasons(backup.omitted)['cut.bin'] ?? '', /cut short.*zeros/);
  assert.deepEqual([backup.files, backup.bytes], [4, 4 * size]);
  assert.deepEqual(await verifyBackup(place.context, backup.id, {}), { ok: true, files: 4, bytes: 4 * size, bad: [] });
});

test('what vanishes, or is replaced, between being listed and being read is listed', async () => {
  using place = placeWith({
    'a.txt': 'a',
    'gone.txt': 'g',
    'pipe.txt': 'p',
    'link.txt': 'l',
    'dir.txt': 'd',
    inner: {},
  });
  const files = filesWith('openSync', (at: string) => {
    if (at !== `${place.root}/a.txt`) return;
    for (const name of ['gone', 'pipe', 'link', 'dir']) fs.rmSync(`${place.root}/${name}.txt`);
    spawnSync('mkfifo', [`${place.root}/pipe.txt`]);
    fs.symlinkSync('a.txt', `${place.root}/link.txt`);
    fs.mkdirSync(`${place.root}/dir.txt`);
  });
  const backup = await createBackup(place.open({ fs: files }), { to: backupsOf(place) }, {});
  const replaced = 'it was replaced while the backup was made';
  assert.deepEqual(reasons(backup.omitted), {
    'gone.txt': 'it vanished while the backup was made',
    'pipe.txt': replaced,
    'link.txt': replaced,
    'dir.txt': replaced,
  });
  assert.ok((await verifyBackup(place.context, backup.id, {})).ok);
});

test('a directory that becomes a file while it is listed does not stop the backup', async () => {
  using place = placeWith({ 'a.txt': 'a', inner: { 'x.txt': 'x' } });
  const files = filesWith('readdirSync', (at: string) => {
    if (at !== `${place.root}/inner` || !fs.statSync(at).isDirectory()) return;
    fs.rmSync(at, { recursive: true });
    fs.writeFileSync(at, 'now a file');
  });
  const backup = await createBackup(place.open({ fs: files }), { to: backupsOf(place) }, {});
  assert.deepEqual(reasons(backup.omitted), { inner: 'it was replaced while the backup was made' });
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

test('what could not be read from an archive again is not put into one', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const deep = `${place.root}/${Array(300).fill('d').join('/')}`;
  fs.mkdirSync(deep, { recursive: true });
  fs.writeFileSync(`${deep}/f`, 'deep');
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  assert.deepEqual(Object.values(reasons(backup.omitted)), ['its directories are too deep for an archive']);
  assert.ok((await verifyBackup(place.context, backup.id, {})).ok);
});

test('names that are not UTF-8 come back through Holdfast as they were, and plain tar can read them', async () => {
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
