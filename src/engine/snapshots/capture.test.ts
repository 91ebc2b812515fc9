import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { file, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import type { Snapshot } from '../../protocol/snapshots.ts';
import { listFiles, readSnapshotFile } from './files.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };
const reasons = ({ skipped }: Snapshot) => Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));

test('names, modes, times, links and empty directories come back as they were', posix, async () => {
  const long = 'é'.repeat(125);
  using place = placeWith({
    'with space': 'x',
    'line\nbreak': { '\t': 'x' },
    '😀': link('no such file'),
    [long]: { [long]: 'deep' },
    'raw \udcff\udc80': 'bytes',
    'raw \udcfe': { '\udcff': link('\udcfe') },
    empty: {},
    'empty file': '',
    'read only': file('x', { mode: 0o400 }),
    sticky: file('x', { mode: 0o1755 }),
    old: file('x', { mtime: '1965-01-02T03:04:05.678Z' }),
    zero: file('x', { mtime: 0 }),
    loop: link('loop'),
    outside: link('/etc'),
    up: link('../../..'),
    __proto__x: { constructor: 'x' },
    big: 'b'.repeat(2_500_000),
    exactly: 'c'.repeat(1024 * 1024),
  });
  makeTree(place.root, JSON.parse('{"__proto__": "own", "prototype": {"__proto__": "x"}}'));
  const snapshot = await place.snapshot();
  assert.deepEqual(snapshot.skipped, []);
  const to = `${place.path}/copy`;
  const { failed, verified } = await restoreSnapshot(place.context, snapshot.id, { to }, {});
  assert.deepEqual(failed, []);
  assert.deepEqual(
    readTree(to, { directoryTimes: true }),
    readTree(place.root, { directoryTimes: true, except: ['.holdfast'] }),
  );
  // In a value that maps paths to entries, this one would be lost.
  assert.equal(fs.readFileSync(`${to}/__proto__`, 'utf8'), 'own');
  assert.equal(verified, 1 + Object.values(place.tree()).filter(one => one.type !== 'dir').length);
  const files = await listFiles(place.context, snapshot.id);
  assert.deepEqual(files.map(({ path }) => path).sort(), [...Object.keys(place.tree()), '__proto__'].sort());
  assert.equal((await readSnapshotFile(place.context, snapshot.id, 'big')).length, 2_500_000);
});

test('named pipes, sockets and devices are listed, and never opened', posix, async () => {
  using place = placeWith({ a: 'x', inner: {} });
  for (let number = 0; number < 8; number++)
    assert.equal(spawnSync('mkfifo', [`${place.root}/inner/pipe${number}`]).status, 0);
  const server = createServer();
  await new Promise<void>(resolve => server.listen(`${place.root}/socket`, resolve));
  const device = spawnSync('mknod', [`${place.root}/null`, 'c', '1', '3']).status === 0;
  try {
    const snapshot = await place.snapshot();
    assert.equal(snapshot.files, 1);
    const found = reasons(snapshot);
    for (let number = 0; number < 8; number++) assert.match(found[`inner/pipe${number}`] ?? '', /named pipe/);
    assert.match(found.socket ?? '', /socket/);
    if (device) assert.match(found.null ?? '', /device/);
  } finally {
    server.close();
  }
});

test('what the user may not read is listed, and the rest captured', { skip: process.getuid?.() !== 0 }, () => {
  using place = placeWith({ open: 'x', closed: file('x', { mode: 0 }), inner: { a: 'x' }, half: { a: 'x' } });
  fs.chmodSync(`${place.root}/inner`, 0o000);
  fs.chmodSync(`${place.root}/half`, 0o444);
  const program = `
    import { testContext } from ${JSON.stringify(new URL('../../../test/fixtures/ports.ts', import.meta.url).href)};
    import { createSnapshot } from ${JSON.stringify(new URL('./create.ts', import.meta.url).href)};
    process.setgid(65534);
    process.setgroups([65534]);
    process.setuid(65534);
    const snapshot = await createSnapshot(testContext(process.argv[1]), {}, {});
    console.log(JSON.stringify(snapshot));`;
  spawnSync('chown', ['-R', '65534', place.path]);
  fs.chownSync(`${place.root}/closed`, 0, 0);
  const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program, `${place.path}/app`], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  const snapshot = JSON.parse(run.stdout) as Snapshot;
  assert.equal(snapshot.files, 1);
  assert.deepEqual(Object.keys(reasons(snapshot)).sort(), ['closed', 'half/a', 'inner']);
  for (const reason of Object.values(reasons(snapshot))) assert.match(reason, /Permission denied/);
});

test('a file that changes while it is read is read again; one that always changes is told', async () => {
  for (const times of [1, 100]) {
    using place = placeWith({ growing: 'start', other: 'x' });
    let left = times;
    const ports = watchedPorts(call => {
      const result = call.run();
      if (call.name === 'readSync' && left-- > 0) fs.appendFileSync(`${place.root}/growing`, 'more');
      return result;
    });
    const snapshot = await place.snapshot(place.open(ports));
    const bytes = await readSnapshotFile(place.context, snapshot.id, 'growing');
    const listed = (await listFiles(place.context, snapshot.id)).find(({ path }) => path === 'growing');
    assert.equal(listed?.size, bytes.length, 'as long as it says');
    if (times === 1) {
      assert.deepEqual(snapshot.skipped, []);
      assert.deepEqual(bytes, fs.readFileSync(`${place.root}/growing`));
    } else {
      assert.deepEqual(Object.keys(reasons(snapshot)), ['growing']);
    }
    assert.equal((await place.snapshot()).skipped.length, 0);
    assert.deepEqual(
      await readSnapshotFile(place.context, 'latest', 'growing'),
      fs.readFileSync(`${place.root}/growing`),
    );
  }
});

test('what vanishes, or becomes something else between the look and the reading, is listed', posix, async () => {
  for (const kind of ['gone', 'link', 'pipe', 'directory'] as const) {
    // Longer than what is read together with others: so it is looked at, and then read alone.
    using place = placeWith({ a: 'x', victim: 'v'.repeat(300_000), z: 'x' });
    let seen = false;
    const victim = `${place.root}/victim`;
    const ports = watchedPorts(call => call.run());
    const real = ports.fs;
    const files = new Proxy(real, {
      get: (target, name: keyof typeof real) => {
        if (name === 'lstatSync') {
          return (path: string, ...rest: []) => {
            if (path === victim) seen = true;
            return target.lstatSync(path, ...rest);
          };
        }
        if (name !== 'openSync') return target[name];
        return (path: string, flags: number) => {
          if (path === victim && seen && fs.lstatSync(victim).isFile()) {
            fs.rmSync(victim);
            if (kind === 'link') fs.symlinkSync('/etc/passwd', victim);
            if (kind === 'pipe') spawnSync('mkfifo', [victim]);
            if (kind === 'directory') fs.mkdirSync(victim);
          }
          return target.openSync(path, flags);
        };
      },
    });
    const snapshot = await place.snapshot(place.open({ fs: files }));
    assert.deepEqual(Object.keys(reasons(snapshot)), ['victim'], kind);
    assert.equal(snapshot.files, 2);
  }
});

test('a small file that is replaced when it is to be read is captured as what it is then', posix, async () => {
  using place = placeWith({ a: 'x', victim: 'v', z: 'x' });
  const victim = `${place.root}/victim`;
  const files = filesWith('openSync', (path: string) => {
    if (path !== victim || fs.lstatSync(victim).isSymbolicLink()) return;
    fs.rmSync(victim);
    fs.symlinkSync('/etc/passwd', victim);
  });
  const snapshot = await place.snapshot(place.open({ fs: files }));
  assert.deepEqual(snapshot.skipped, []);
  const found = await listFiles(place.context, snapshot.id);
  assert.equal(found.find(({ path }) => path === 'victim')?.target, '/etc/passwd');
});

test('a directory of 5,000 files, excluded globs, and the vault is never in it', async () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`file ${number}`, `${number % 7}`]));
  using place = placeWith({
    many,
    cache: { a: 'x', b: { c: 'x' } },
    'a.log': 'x',
    deep: { 'b.log': 'x', '.hidden.log': 'x' },
  });
  const context = place.open({ settings: { user: { exclude: ['cache/**', '**/*.log'] } } });
  const snapshot = await place.snapshot(context);
  assert.equal(snapshot.files, 5000);
  assert.deepEqual(Object.keys(reasons(snapshot)).sort(), ['a.log', 'cache', 'deep/.hidden.log', 'deep/b.log']);
  const files = await listFiles(context, snapshot.id);
  assert.ok(!files.some(({ path }) => path.startsWith('.holdfast')));
});
