import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { code } from '../../test/fixtures/engine.ts';
import { testPorts } from '../../test/fixtures/ports.ts';
import { temporaryDirectory } from '../../test/fixtures/tree.ts';
import type { HoldfastError } from './errors.ts';
import { isLocked, withLock } from './lock.ts';
import type { Host, Ports } from './ports.ts';

const here = testPorts();

/** Another process, as far as a lock can tell. */
function portsOf(host: Partial<Host>): Ports {
  const { name, bootId, pid } = here.host;
  return { ...here, host: { name, bootId, pid, processStart: here.host.processStart, ...host } };
}

/** Leaves the lock of somebody who never lets go. */
function leaveLock(ports: Ports, path: string): void {
  void withLock(ports, path, () => new Promise(() => {}));
  assert.ok(fs.existsSync(path));
}

test('a lock is held while the work lasts, and goes with it, also when it fails', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  assert.equal(
    await withLock(here, path, async () => {
      assert.ok(isLocked(here, path));
      await assert.rejects(
        withLock(here, path, async () => {}),
        code('LOCKED'),
      );
      return 7;
    }),
    7,
  );
  await assert.rejects(
    withLock(here, path, async () => {
      throw new Error('at work');
    }),
    /at work/,
  );
  assert.deepEqual(fs.readdirSync(place.path), []);
});

test('who holds it is named', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  leaveLock(portsOf({ name: 'elsewhere', pid: 4711 }), path);
  await assert.rejects(
    withLock(here, path, async () => {}),
    (error: HoldfastError) => {
      assert.equal(error.code, 'LOCKED');
      assert.match(error.message, /4711 on elsewhere \(user tester\)/);
      return true;
    },
  );
});

test('a lock of a process that is gone is taken over: dead, another one by now, or before the machine started', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  const left: Record<string, Partial<Host>> = {
    dead: { pid: 2 ** 22 + 1, processStart: () => '77' },
    'the process id is used anew': { pid: process.ppid, processStart: () => 'long ago' },
    'another boot': { bootId: 'before', pid: process.ppid },
  };
  for (const [name, host] of Object.entries(left)) {
    leaveLock(portsOf(host), path);
    assert.equal(isLocked(here, path), false, name);
    let ran = false;
    await withLock(here, path, async ({ check }) => {
      check();
      ran = true;
    });
    assert.ok(ran, name);
    assert.deepEqual(fs.readdirSync(place.path), []);
  }
});

test('a lock of another machine, and one that lives, are respected', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  leaveLock(portsOf({ name: 'elsewhere' }), path);
  await assert.rejects(
    withLock(here, path, async () => {}),
    code('LOCKED'),
  );
  fs.rmSync(path);
  leaveLock(portsOf({ pid: process.ppid }), path);
  await assert.rejects(
    withLock(here, path, async () => {}),
    code('LOCKED'),
  );
});

test('a lock that cannot be read is nobody’s to break', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  fs.writeFileSync(path, 'garbage');
  await assert.rejects(
    withLock(here, path, async () => {}),
    code('LOCKED'),
  );
});

test('whoever stood still while the lock was taken over notices before it does harm', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  await withLock(here, path, async ({ check }) => {
    check();
    fs.rmSync(path);
    assert.throws(check, code('LOCKED'));
    leaveLock(portsOf({ pid: process.ppid }), path);
    assert.throws(check, code('LOCKED'));
  });
  assert.ok(fs.existsSync(path), 'the other one’s lock stays');
});

test('a lock that its holder failed to remove does not outlive it', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/lock.json`;
  const stuck = {
    ...here,
    fs: new Proxy(fs, {
      get: (target, name: keyof typeof fs) =>
        name === 'rmSync'
          ? (file: string, options: object) => {
              if (file === path) throw Object.assign(new Error('no'), { code: 'EIO' });
              target.rmSync(file, options);
            }
          : target[name],
    }),
  };
  await withLock(stuck, path, async () => {});
  assert.ok(fs.existsSync(path));
  await withLock(here, path, async () => {});
  assert.ok(!fs.existsSync(path));
});

test('of many processes at once one at a time is inside, though some are killed there', async () => {
  using place = temporaryDirectory();
  const program = `
    import fs from 'node:fs';
    import { testPorts } from ${JSON.stringify(new URL('../../test/fixtures/ports.ts', import.meta.url).href)};
    import { withLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
    const [path, inside, dies] = process.argv.slice(1);
    for (let rounds = 0; rounds < 20; ) {
      try {
        await withLock(testPorts(), path, async () => {
          if (dies && rounds === 5) process.kill(process.pid, 'SIGKILL');
          fs.writeFileSync(inside + '/one', '', { flag: 'wx' });
          await new Promise(resolve => setImmediate(resolve));
          fs.rmSync(inside + '/one');
        });
        rounds++;
      } catch (error) {
        if (error.code !== 'LOCKED') throw error;
        await new Promise(resolve => setImmediate(resolve));
      }
    }`;
  const path = `${place.path}/lock.json`;
  fs.mkdirSync(`${place.path}/inside`);
  const ends = ['', '', 'dies', 'dies'].map(async dies => {
    const args = [
      '--input-type=module-typescript',
      '-e',
      program,
      path,
      `${place.path}/inside`,
      ...(dies ? [dies] : []),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', chunk => {
      errors += chunk;
    });
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    assert.equal(dies ? signal : status, dies ? 'SIGKILL' : 0, errors);
  });
  await Promise.all(ends);
  assert.deepEqual(fs.readdirSync(`${place.path}/inside`), []);
});
