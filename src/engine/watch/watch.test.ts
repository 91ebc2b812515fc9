import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodePorts } from '../../node-ports.ts';
import type { Context } from '../context.ts';
import { openContext } from '../root/open.ts';
import { chokidarNotifier } from './chokidar-notifier.ts';
import { DirectoryNotifier } from './directory-notifier.ts';
import type { Listeners, StartNotifier } from './notifier.ts';
import { type WatchOptions, watchRoot } from './watch.ts';

function openRoot(t: TestContext): Context {
  const workspace = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-watch-')));
  t.after(() => fs.rmSync(workspace, { recursive: true, force: true }));
  const ports = { ...nodePorts(), env: {}, home: path.join(workspace, 'home') };
  const context = openContext(ports, { workspace });
  fs.mkdirSync(path.join(context.root, '.holdfast', 'packs'), { recursive: true });
  fs.mkdirSync(path.join(context.root, 'uploads', 'deep'), { recursive: true });
  fs.writeFileSync(path.join(context.root, 'uploads', 'old.txt'), 'old');
  return context;
}

async function watching(t: TestContext, context: Context, options: WatchOptions = {}) {
  const bursts: string[][] = [];
  const watcher = watchRoot(context, paths => bursts.push(paths), options);
  t.after(() => watcher.close());
  await watcher.ready;
  const told = () => bursts.flat();
  const hears = (...paths: string[]) =>
    t.waitFor(() => assert.deepEqual([...new Set(told())].sort(), paths.sort()), { interval: 10, timeout: 5000 });
  return { watcher, bursts, told, hears, at: (...parts: string[]) => path.join(context.root, ...parts) };
}

const ways: Record<string, StartNotifier> = {
  'a watch for each directory': (...given) => new DirectoryNotifier(...given),
  'one watch of the tree': chokidarNotifier,
};
for (const [way, notifier] of Object.entries(ways)) {
  const skip = way !== 'one watch of the tree' && process.platform !== 'linux';
  describe(`with ${way}`, { skip }, () => {
    test('what is made, changed and removed is told, and what was there before is not', async t => {
      const { bursts, hears, at } = await watching(t, openRoot(t), { notifier });
      fs.writeFileSync(at('uploads', 'new.txt'), 'new');
      fs.writeFileSync(at('uploads', 'old.txt'), 'newer');
      fs.mkdirSync(at('sessions'));
      await hears('sessions', 'uploads/new.txt', 'uploads/old.txt');
      assert.ok(bursts.length <= 2, 'changes within 200 ms are told together');
      bursts.length = 0;
      fs.rmSync(at('uploads', 'new.txt'));
      fs.renameSync(at('uploads', 'old.txt'), at('sessions', 'moved ü.txt'));
      await hears('sessions/moved ü.txt', 'uploads/new.txt', 'uploads/old.txt');
    });

    test('an operation of another process is told by the audit trail, which may be yet to come', async t => {
      const { hears, at } = await watching(t, openRoot(t), { notifier });
      fs.mkdirSync(at('.holdfast', 'audit'));
      fs.writeFileSync(at('.holdfast', 'audit', '000000000001.json'), 'x');
      await hears('.holdfast/audit', '.holdfast/audit/000000000001.json');
    });

    test('the vault, temporary files, and what links lead to are not watched', async t => {
      const context = openRoot(t);
      const outside = path.join(context.workspace, 'outside');
      fs.mkdirSync(outside);
      fs.symlinkSync(outside, path.join(context.root, 'link'), 'junction');
      const { hears, at } = await watching(t, context, { notifier });
      fs.writeFileSync(at('.holdfast', 'packs', 'pack'), 'x');
      fs.writeFileSync(at('uploads', '.0123.holdfast-tmp'), 'x');
      fs.mkdirSync(at('.staging.holdfast-tmp'));
      fs.writeFileSync(at('.staging.holdfast-tmp', 'file'), 'x');
      fs.writeFileSync(path.join(outside, 'file'), 'x');
      fs.writeFileSync(at('uploads', 'last.txt'), 'x');
      await hears('uploads/last.txt');
      fs.renameSync(at('uploads', '.0123.holdfast-tmp'), at('uploads', 'finished'));
      await hears('uploads/last.txt', 'uploads/finished');
    });

    test('pipes and unreadable directories disturb nothing', { skip: process.platform === 'win32' }, async t => {
      const context = openRoot(t);
      spawnSync(
        'mkfifo',
        ['a', 'b', 'c', 'd', 'e'].map(name => path.join(context.root, name)),
      );
      fs.mkdirSync(path.join(context.root, 'closed'), { mode: 0o000 });
      const problems: unknown[] = [];
      const { hears, at } = await watching(t, context, { notifier, onProblem: problem => problems.push(problem) });
      fs.writeFileSync(at('uploads', 'x'), 'x');
      await hears('uploads/x');
      assert.deepEqual(problems, []);
    });
  });
}

test('after closing nothing is told and nothing runs', async t => {
  const context = openRoot(t);
  const script = `
    const { watchRoot } = await import(${JSON.stringify(new URL('./watch.ts', import.meta.url).href)});
    const { openContext } = await import(${JSON.stringify(new URL('../root/open.ts', import.meta.url).href)});
    const { nodePorts } = await import(${JSON.stringify(new URL('../../node-ports.ts', import.meta.url).href)});
    const { writeFileSync } = await import('node:fs');
    const context = openContext(nodePorts(), { workspace: ${JSON.stringify(context.workspace)} });
    const watcher = watchRoot(context, paths => console.log(paths));
    await watcher.ready;
    writeFileSync(context.root + '/just-before', 'x');
    await Promise.all([watcher.close(), watcher.close()]);
    writeFileSync(context.root + '/after', 'x');`;
  const env = { ...process.env, HOLDFAST_ROOT: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 10_000,
    env,
  });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});

test('where the system tells no more, the root is looked through instead', async t => {
  let listeners: Listeners | undefined;
  let closed = false;
  const problems: string[] = [];
  const { watcher, bursts, told, hears, at } = await watching(t, openRoot(t), {
    rescanInterval: 20,
    onProblem: problem => problems.push(problem.message),
    notifier: (context, given) => {
      listeners = given;
      const real = chokidarNotifier(context, given);
      const close = () => {
        closed = true;
        return real.close();
      };
      return { ready: real.ready, close };
    },
  });
  const limit = Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), {
    code: 'ENOSPC',
  });
  listeners!.onError(limit);
  listeners!.onError(limit);
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /noticed late.*ENOSPC/);
  await t.waitFor(() => assert.equal(closed, true));
  await hears('.');
  bursts.length = 0;
  fs.writeFileSync(at('.holdfast', 'packs', 'pack'), 'x');
  let count = 0;
  await t.waitFor(
    () => {
      // Longer each time: its time alone may not differ from the last look's.
      fs.writeFileSync(at('uploads', 'deep', 'new.txt'), 'x'.repeat(++count));
      assert.deepEqual([...new Set(told())], ['.']);
    },
    { interval: 30, timeout: 5000 },
  );
  await watcher.close();
});

test('nobody watches a whole home or file system', t => {
  const context = openRoot(t);
  const home = path.join(context.workspace, 'home');
  fs.mkdirSync(home);
  fs.symlinkSync(home, path.join(context.workspace, 'alias'), 'junction');
  for (const root of [home, path.join(context.workspace, 'alias'), context.workspace, path.parse(home).root]) {
    assert.throws(() => watchRoot({ ...context, root }, () => {}), { code: 'ROOT_UNUSABLE', path: root });
  }
});
