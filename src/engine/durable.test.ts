import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { failingPorts, watchedPorts } from '../../test/crash/faulty-files.ts';
import { crashDirectory } from '../../test/crash/place.ts';
import { code } from '../../test/fixtures/engine.ts';
import { testPorts } from '../../test/fixtures/ports.ts';
import { temporaryDirectory } from '../../test/fixtures/tree.ts';
import { createDurably, makeDirectory, renameOver, writeDurably } from './durable.ts';
import { asHoldfastError } from './errors.ts';

test('a record is written, replaced, private, and nothing else is left', () => {
  using place = temporaryDirectory();
  const file = `${place.path}/record.json`;
  writeDurably(testPorts(), file, Buffer.from('one'));
  writeDurably(testPorts(), file, Buffer.from('two'));
  assert.equal(fs.readFileSync(file, 'utf8'), 'two');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(fs.readdirSync(place.path), ['record.json']);
});

test('short writes are continued', () => {
  using place = temporaryDirectory();
  const file = `${place.path}/record.json`;
  const data = Buffer.from('0123456789'.repeat(100));
  const ports = watchedPorts(call => (call.name === 'writeSync' && call.half ? call.half() : call.run()));
  writeDurably(ports, file, data);
  assert.deepEqual(fs.readFileSync(file), data);
});

test('a write of no bytes and a file of the wrong size are errors', () => {
  using place = temporaryDirectory();
  const file = `${place.path}/record.json`;
  const full = watchedPorts(call => (call.name === 'writeSync' ? 0 : call.run()));
  assert.throws(() => writeDurably(full, file, Buffer.from('x')), code('DISK_FULL'));
  const lying = watchedPorts(call => {
    if (call.name !== 'writeSync') return call.run();
    call.half?.();
    return 4;
  });
  assert.throws(() => writeDurably(lying, file, Buffer.from('1234')), code('FAILED'));
  assert.deepEqual(fs.readdirSync(place.path), []);
});

for (const kind of ['ENOSPC', 'half ENOSPC', 'EIO', 'EACCES'] as const) {
  test(`whichever call fails with ${kind}, the old record is whole and no temporary file stays`, () => {
    using place = temporaryDirectory();
    const file = `${place.path}/record.json`;
    for (let at = 1; ; at++) {
      fs.writeFileSync(file, 'old');
      const { ports, fired } = failingPorts({ kind, at, lasting: false });
      let thrown: unknown;
      try {
        writeDurably(ports, file, Buffer.from('new record'));
      } catch (error) {
        thrown = error;
      }
      if (!fired()) break;
      assert.notEqual(asHoldfastError(thrown).code, undefined);
      assert.deepEqual(fs.readdirSync(place.path), ['record.json'], `call ${at} (${fired()})`);
      // Once it is renamed, only the flush of the directory can fail: then the new one is there, and whole.
      assert.ok(['old', 'new record'].includes(fs.readFileSync(file, 'utf8')), `call ${at}`);
    }
  });

  test(`whichever call fails with ${kind}, a new record is not there when creating it throws`, () => {
    using place = temporaryDirectory();
    const file = `${place.path}/record.json`;
    for (let at = 1; ; at++) {
      const { ports, fired } = failingPorts({ kind, at, lasting: false });
      let created: boolean | undefined;
      try {
        created = createDurably(ports, file, Buffer.from('new record'));
      } catch {
        created = false;
      }
      if (!fired()) break;
      assert.deepEqual(fs.readdirSync(place.path), created ? ['record.json'] : [], `call ${at} (${fired()})`);
      fs.rmSync(file, { force: true });
    }
  });
}

test('of several that create a record, one does; also where there are no hard links', () => {
  using place = temporaryDirectory();
  for (const links of [true, false]) {
    const file = `${place.path}/${links}.json`;
    const ports = watchedPorts(call => {
      if (call.name === 'linkSync' && !links) throw Object.assign(new Error('no links'), { code: 'EPERM' });
      return call.run();
    });
    assert.equal(createDurably(ports, file, Buffer.from('first')), true);
    assert.equal(createDurably(ports, file, Buffer.from('second')), false);
    assert.equal(fs.readFileSync(file, 'utf8'), 'first');
  }
  assert.equal(fs.readdirSync(place.path).length, 2);
});

test('of eight processes that create the same record at once exactly one does', async () => {
  using place = crashDirectory();
  const records = 50;
  const program = `
    import { testPorts } from ${JSON.stringify(new URL('../../test/fixtures/ports.ts', import.meta.url).href)};
    import { createDurably } from ${JSON.stringify(new URL('./durable.ts', import.meta.url).href)};
    process.stdin.once('data', start => {
      const won = [];
      for (let record = 0; record < ${records}; record++) {
        // All of them at the same moment, wherever the system lets them run.
        while (Date.now() < Number(start) + record * 30);
        const bytes = Buffer.from(String(process.pid));
        if (createDurably(testPorts(), process.argv[1] + '/' + record, bytes)) won.push(record);
      }
      console.log(JSON.stringify(won));
      process.exit();
    });
    console.log('ready');`;
  const args = ['--input-type=module-typescript', '-e', program, place.path];
  const children = Array.from({ length: 8 }, () =>
    spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const said = children.map(() => '');
  for (const [index, { stdout }] of children.entries()) stdout.on('data', chunk => (said[index] += chunk));
  const ends = children.map(child => once(child, 'close'));
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  const start = Date.now() + 200;
  for (const { stdin } of children) stdin.write(String(start));
  await Promise.all(ends);
  const winners = new Map<number, number[]>();
  for (const [index, { pid }] of children.entries()) {
    for (const record of JSON.parse(said[index]!.trim().split('\n')[1]!)) {
      winners.set(record, [...(winners.get(record) ?? []), pid!]);
    }
  }
  for (let record = 0; record < records; record++) {
    assert.deepEqual(winners.get(record), [Number(fs.readFileSync(`${place.path}/${record}`, 'utf8'))]);
  }
  assert.ok(new Set([...winners.values()].flat()).size > 1, 'they were at it at once');
  assert.equal(fs.readdirSync(place.path).length, records, 'nothing else is left');
});

test('on Windows a busy file is tried again, and only there', () => {
  let refused = 3;
  const ports = watchedPorts(call => {
    if (call.name !== 'renameSync') return call.run();
    if (refused-- > 0) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    return undefined;
  });
  renameOver({ fs: ports.fs, platform: 'win32' }, 'a', 'b');
  assert.equal(refused, -1);
  refused = 1;
  assert.throws(() => renameOver({ fs: ports.fs, platform: 'linux' }, 'a', 'b'), /busy/);
});

test('each new directory is flushed in the one that holds it', () => {
  using place = temporaryDirectory();
  const flushed: string[] = [];
  const ports = testPorts();
  const opened = new Map<number, string>();
  const fsWatched = new Proxy(fs, {
    get: (target, name: keyof typeof fs) => {
      if (name === 'openSync') {
        return (path: string, flags: string) => {
          const file = target.openSync(path, flags);
          opened.set(file, path);
          return file;
        };
      }
      if (name === 'fsyncSync') return (file: number) => void flushed.push(opened.get(file) ?? '');
      return target[name];
    },
  });
  makeDirectory({ ...ports, fs: fsWatched }, `${place.path}/a/b/c`);
  assert.deepEqual(flushed.sort(), [place.path, `${place.path}/a`, `${place.path}/a/b`]);
});
