import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { asOtherUser } from '../../../test/fixtures/other-user.ts';
import { createBackup } from './create.ts';
import { verifyBackup } from './verify.ts';

const backupsOf = (place: Place) => `${place.path}/backups`;
const reasons = (omitted: { path: string; reason: string }[]) =>
  Object.fromEntries(omitted.map(({ path, reason }) => [path, reason]));

test('what is left out is listed with the reason', { skip: process.platform === 'win32' }, async () => {
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

test('a file and a directory that cannot be read are listed, the others are in it', {
  skip: process.platform === 'win32',
}, () => {
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

test('a file that changes while it is read is in it as read, and listed', {
  skip: process.platform !== 'linux',
}, async () => {
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

test('what vanishes, or is replaced, between being listed and being read is listed', {
  skip: process.platform === 'win32',
}, async () => {
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

test('what could not be read from an archive again is not put into one', async () => {
  using place = placeWith({ 'a.txt': 'a' });
  const deep = `${place.root}/${Array(300).fill('d').join('/')}`;
  fs.mkdirSync(deep, { recursive: true });
  fs.writeFileSync(`${deep}/f`, 'deep');
  const backup = await createBackup(place.context, { to: backupsOf(place) }, {});
  assert.deepEqual(Object.values(reasons(backup.omitted)), ['its directories are too deep for an archive']);
  assert.ok((await verifyBackup(place.context, backup.id, {})).ok);
});
