import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { pax, rawTar, writeRawTar } from '../../../test/fixtures/archives.ts';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { directory, file, link, makeTree, readTree, type Tree } from '../../../test/fixtures/tree.ts';
import { nameFromBytes, systemPath } from '../names.ts';
import { encodeRecord } from '../record.ts';
import { listSnapshots } from '../snapshots/list.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';
import { verifyVault } from '../vault/verify.ts';
import { createBackup } from './create.ts';
import { headKind, type Manifest, manifestKind } from './records.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

const exact = { except: ['.holdfast'], directoryTimes: true };

test('whatever lies in a root comes back, bytes, modes and times', {
  skip: process.platform !== 'linux',
  timeout: 30_000,
}, async () => {
  const name = fc
    .oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }).map(bytes => nameFromBytes(bytes)),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(one => one.isWellFormed()),
      fc.constantFrom('__proto__', 'a'.repeat(120), 'b'.repeat(255), ' ', '-rf', 'x\n', '\ufffde9', '.hidden'),
    )
    .filter(one => !/[/\0]/.test(one) && !['.', '..', '.holdfast', '.holdfast-restore'].includes(one));
  const mtime = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 });
  const leaf = fc.oneof(
    fc
      .tuple(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom(0o644, 0o600, 0o755, 0o400, 0), mtime)
      .map(([bytes, mode, time]) => file(bytes, { mode, mtime: time })),
    fc.constantFrom('a', '../x', '/nowhere', 'ü', 'x'.repeat(300)).map(target => link(target)),
  );
  const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
    tree: fc
      .array(
        fc.tuple(
          name,
          fc.oneof(
            { maxDepth: 3 },
            leaf,
            fc.tuple(tie('tree'), mtime).map(([inner, time]) => directory(inner as Tree, { mode: 0o750, mtime: time })),
          ),
        ),
        { maxLength: 5 },
      )
      .map(entries => Object.assign(Object.create(null), Object.fromEntries(entries)) as Tree),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async children => {
      using place = placeWith(children);
      const backup = await createBackup(place.context, { to: `${place.path}/backups` }, {});
      assert.deepEqual(backup.omitted, []);
      assert.deepEqual((await verifyBackup(place.context, backup.id, {})).bad, []);
      const result = await restoreBackup(place.context, backup.id, { to: `${place.path}/restored` }, {});
      assert.deepEqual(result.failed, []);
      fs.mkdirSync(`${place.path}/restored`, { recursive: true });
      assert.deepEqual(readTree(`${place.path}/restored`, exact), readTree(place.root, exact));
    }),
    { numRuns: 20 },
  );
});

test('two names that an archive cannot tell apart both come back', { skip: process.platform !== 'linux' }, async () => {
  using place = placeWith({ 'a.txt': 'a', '\ufffde9': 'UTF-8', 'd\ufffde9': { x: 'one' } });
  fs.writeFileSync(systemPath(`${place.root}/\udce9`), 'a byte');
  makeTree(`${place.root}/d\udce9`, { x: 'two', y: 'y' });
  const backup = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  assert.deepEqual([backup.files, backup.omitted], [6, []]);
  assert.deepEqual((await verifyBackup(place.context, backup.id, {})).bad, []);
  await restoreBackup(place.context, backup.id, { to: `${place.path}/restored` }, {});
  assert.deepEqual(readTree(`${place.path}/restored`), place.tree());
});

test('a backup with the vault makes a working vault elsewhere', async () => {
  using place = placeWith({ 'a.txt': 'one', inner: { 'b.txt': 'b' } });
  const first = await place.snapshot();
  fs.writeFileSync(`${place.root}/a.txt`, 'two');
  await place.snapshot();
  const backup = await createBackup(place.context, { to: `${place.path}/backups`, withVault: true }, {});
  fs.mkdirSync(`${place.path}/other`);
  const other = testContext(`${place.path}/other`);
  const result = await restoreBackup(other, backup.file, {}, {});
  assert.deepEqual(result.failed, []);
  assert.deepEqual(readTree(other.root, { except: ['.holdfast'] }), place.tree());
  const verified = await verifyVault(other, { readData: true }, {});
  assert.ok(verified.ok, JSON.stringify(verified));
  const there = listSnapshots(other, {}).snapshots.map(({ id }) => id);
  for (const { id } of listSnapshots(place.context, {}).snapshots) assert.ok(there.includes(id));
  await restoreSnapshot(other, first.id, {}, {});
  assert.equal(fs.readFileSync(`${other.root}/a.txt`, 'utf8'), 'one');
  assert.equal(fs.statSync(`${other.root}/.holdfast`).mode & 0o777, 0o700);
  assert.equal((await createBackup(other, { to: `${place.path}/backups` }, {})).files, 2);
});

test('without the vault nothing of it is in the archive', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  await place.snapshot();
  const { file: archive } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  assert.ok(!execFileSync('tar', ['tzf', archive], { encoding: 'utf8' }).includes('.holdfast/'));
});

test('some paths; a dry run changes nothing; a path that is not in it is an error', async () => {
  using place = placeWith({ 'a.txt': 'a', inner: { 'b.txt': 'b', 'c.txt': 'c' } });
  const { id } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  fs.rmSync(`${place.root}/inner`, { recursive: true });
  fs.writeFileSync(`${place.root}/a.txt`, 'changed');
  const before = readTree(place.root, exact);
  const dry = await restoreBackup(place.context, id, { dryRun: true }, {});
  assert.deepEqual([dry.restored, dry.overwritten, dry.dryRun, dry.safetySnapshot], [3, 1, true, null]);
  assert.deepEqual(readTree(place.root, exact), before);
  await assert.rejects(restoreBackup(place.context, id, { paths: ['none'] }, {}), code('NOT_FOUND'));
  await assert.rejects(restoreBackup(place.context, id, { paths: ['../x'] }, {}), code('INVALID_NAME'));
  const some = await restoreBackup(place.context, id, { paths: ['inner/b.txt'] }, {});
  assert.deepEqual([some.restored, some.failed], [1, []]);
  assert.deepEqual(fs.readdirSync(`${place.root}/inner`), ['b.txt']);
  assert.equal(fs.readFileSync(`${place.root}/a.txt`, 'utf8'), 'changed');
  const whole = await restoreBackup(place.context, id, {}, {});
  assert.deepEqual([whole.restored, whole.overwritten, whole.unchanged], [2, 1, 1]);
  assert.ok(whole.safetySnapshot);
});

test('links to anywhere are the user’s own in a backup that was made here, and only there', async () => {
  using place = placeWith({ 'a.txt': 'a', out: link('/etc/hostname') });
  const { id, file: archive } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const to = `${place.path}/restored`;
  await restoreBackup(place.context, id, { to }, {});
  assert.equal(fs.readlinkSync(`${to}/out`), '/etc/hostname');
  fs.copyFileSync(archive, `${place.path}/copy.tar.gz`);
  await assert.rejects(restoreBackup(place.context, `${place.path}/copy.tar.gz`, { to }, {}), code('ARCHIVE_UNSAFE'));
});

test('an archive by tar is taken as it is, whatever form it has', { skip: process.platform === 'win32' }, async () => {
  const long = 'long name '.repeat(15);
  using place = placeWith({});
  const old = makeTree(
    `${place.path}/old`,
    {
      'a.txt': 'a',
      'run.sh': file('#!/bin/sh\n', { mode: 0o755 }),
      empty: {},
      'ünï.txt': 'u',
      to: link('a.txt'),
      [long]: { [long]: { 'deep.txt': 'deep' } },
      'to-long': link(`${long}/${long}/deep.txt`),
    },
    { mtime: '2026-01-02T03:04:05Z' },
  );
  fs.writeFileSync(systemPath(`${old}/caf\udce9`), 'latin-1');
  fs.linkSync(`${old}/a.txt`, `${old}/hard.txt`);
  fs.linkSync(`${old}/${long}/${long}/deep.txt`, `${old}/hard-deep.txt`);
  fs.utimesSync(old, 1_700_000_000, 1_700_000_000);
  for (const format of ['gnu', 'posix', 'oldgnu']) {
    for (const name of [`${format}.tar`, `${format}.tar.gz`]) {
      const archive = `${place.path}/${name}`;
      // A pax header holds UTF-8 by definition; the others hold bytes.
      const odd = systemPath(`${old}/caf\udce9`);
      if (format === 'posix') fs.rmSync(odd, { force: true });
      else fs.writeFileSync(odd, 'latin-1');
      if (format !== 'posix') fs.utimesSync(odd, 1_700_000_000, 1_700_000_000);
      fs.utimesSync(old, 1_700_000_000, 1_700_000_000);
      execFileSync('tar', [name.endsWith('gz') ? '-czf' : '-cf', archive, `--format=${format}`, '-C', old, '.']);
      assert.deepEqual((await verifyBackup(place.context, archive, {})).bad, []);
      const to = `${place.path}/from-${name}`;
      const { failed } = await restoreBackup(place.context, archive, { to }, {});
      assert.deepEqual(failed, [], name);
      assert.deepEqual(readTree(to), readTree(old), name);
    }
  }
});

test('a hard link gets the bytes of its file also when that one is not asked for', async () => {
  using place = placeWith({});
  const archive = writeRawTar(`${place.path}/hard.tar.gz`, [
    { name: 'first', data: 'shared' },
    { name: 'second', flag: '1', link: 'first' },
    { name: 'third', flag: '1', link: './second' },
  ]);
  const { restored, failed } = await restoreBackup(place.context, archive, { paths: ['third'] }, {});
  assert.deepEqual([restored, failed], [1, []]);
  assert.equal(fs.readFileSync(`${place.root}/third`, 'utf8'), 'shared');
  assert.deepEqual(Object.keys(place.tree()), ['third']);
});

test('times and names in pax headers count', async () => {
  using place = placeWith({});
  const archive = writeRawTar(`${place.path}/pax.tar`, [
    pax({ path: 'ü\u0301.txt', mtime: '1600000000.250000000', comment: 'x' }),
    { name: 'other', data: 'a' },
  ]);
  await restoreBackup(place.context, archive, {}, {});
  assert.equal(fs.statSync(`${place.root}/ü\u0301.txt`).mtime.getTime(), 1_600_000_000_250);
});

test('a set-user-id bit is dropped', { skip: process.platform === 'win32' }, async () => {
  using place = placeWith({});
  const archive = writeRawTar(`${place.path}/set.tar`, [{ name: 'become-root', mode: 0o6755, data: 'x' }]);
  await restoreBackup(place.context, archive, {}, {});
  assert.equal(fs.statSync(`${place.root}/become-root`).mode & 0o7777, 0o755);
});

test('a file that is not what the manifest says fails alone, by name; the others come back', async () => {
  using place = placeWith({});
  const entry = (name: string, data: string, listed = data): Manifest['entries'][number] & { data: string } => ({
    ...{ path: name, type: 'file', size: listed.length, mode: 0o644, mtime: '0', data },
    sha256: createHash('sha256').update(listed).digest('hex'),
  });
  const inside = [entry('good.txt', 'good'), entry('bad.txt', 'evil', 'good'), entry('short.txt', 'x', 'longer')];
  const now = new Date(0);
  const head = {
    id: 'a'.repeat(20),
    createdAt: now.toISOString(),
    rootId: 'b'.repeat(20),
    scope: { areas: [], secrets: false, vault: false },
  };
  const listed = [...inside, entry('lost.txt', 'gone')].map(({ data: _, ...one }) => one);
  const archive = `${place.path}/made.tar.gz`;
  fs.writeFileSync(
    archive,
    zlib.gzipSync(
      rawTar([
        { name: '.holdfast-backup/backup.json', data: encodeRecord(headKind, head, now) },
        ...inside.map(({ path: name, data }) => ({ name, data })),
        { name: 'planted.txt', data: 'planted' },
        {
          name: '.holdfast-backup/manifest.json',
          data: encodeRecord(manifestKind, { entries: listed, omitted: [] }, now),
        },
      ]),
    ),
  );
  const bad = ['bad.txt', 'lost.txt', 'planted.txt', 'short.txt'];
  const verified = await verifyBackup(place.context, archive, {});
  assert.equal(verified.ok, false);
  assert.deepEqual(verified.bad.map(one => one.path).sort(), bad);
  const result = await restoreBackup(place.context, archive, {}, {});
  assert.deepEqual(result.failed.map(one => one.path).sort(), bad);
  assert.equal(fs.readFileSync(`${place.root}/good.txt`, 'utf8'), 'good');
  for (const name of ['bad.txt', 'short.txt', 'lost.txt']) assert.ok(!fs.existsSync(`${place.root}/${name}`), name);
});

test('an archive that is another one than its record says is not restored', async () => {
  using place = placeWith({ 'a.txt': 'one' });
  const first = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  fs.writeFileSync(`${place.root}/a.txt`, 'two');
  const second = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  fs.copyFileSync(first.file, second.file);
  const before = place.tree();
  await assert.rejects(restoreBackup(place.context, second.id, {}, {}), code('CORRUPT'));
  assert.deepEqual(place.tree(), before);
  const verified = await verifyBackup(place.context, second.id, {});
  assert.deepEqual([verified.ok, verified.bad.map(one => one.path)], [false, [second.file]]);
});

test('what is no archive file is not found; nothing is made', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const before = readTree(place.path);
  for (const reference of [`${place.path}/none.tar.gz`, `${place.path}/app/`, 'none.tar']) {
    await assert.rejects(restoreBackup(place.context, reference, {}, {}), code('NOT_FOUND'), reference);
  }
  assert.deepEqual(readTree(place.path), before);
});

test('a cancelled restore changes nothing', async () => {
  using place = placeWith({ 'a.txt': 'a', 'b.bin': Buffer.alloc(60_000_000, 'b') });
  const { id } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const controller = new AbortController();
  const phases: string[] = [];
  const work = {
    signal: controller.signal,
    progress: ({ phase }: { phase: string }) => {
      phases.push(phase);
      controller.abort();
    },
  };
  const to = `${place.path}/restored`;
  await assert.rejects(restoreBackup(place.context, id, { to }, work), code('CANCELLED'));
  // One large file is enough for it to be heard.
  assert.deepEqual(phases, ['Checking']);
  assert.ok(!fs.existsSync(to));
  assert.deepEqual(fs.readdirSync(path.dirname(to)).sort(), ['app', 'backups']);
});
