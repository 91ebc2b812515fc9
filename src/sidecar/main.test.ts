import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporarySuffix } from '../engine/durable.ts';
import type { Progress } from '../protocol/operations.ts';
import { type SidecarExit, startSidecar } from './spawn.ts';
import { isRunning, makeWorkspace, temporaryDirectory } from './test-support.ts';

const script = fileURLToPath(new URL('./main.ts', import.meta.url));

/** The environment of a sidecar whose socket's directory is made in `directory`. */
function environment(directory: string, home = directory): Record<string, string | undefined> {
  return { ...process.env, TMPDIR: directory, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home };
}

async function start(t: TestContext, options: { log?: (line: string) => void } = {}) {
  const workspace = makeWorkspace(t);
  const exits: SidecarExit[] = [];
  const temporary = temporaryDirectory(t);
  const sidecar = await startSidecar({
    script,
    env: environment(temporary, workspace.home),
    temporaryDirectory: temporary,
    onExit: exit => exits.push(exit),
    ...options,
  });
  t.after(() => sidecar.stop());
  return { ...workspace, sidecar, exits, temporary };
}

test('a sidecar starts, answers, and leaves nothing behind when stopped', async t => {
  const { sidecar, exits, folder, root, temporary } = await start(t);
  assert.equal((await sidecar.client.health()).pid, sidecar.pid);
  await sidecar.client.setWorkspaces({ workspaces: [{ folder }], trusted: true });
  assert.equal((await sidecar.client.in(folder).root()).root, root);
  await sidecar.stop();
  assert.deepEqual(exits, [{ code: 0, signal: null, expected: true }]);
  assert.equal(isRunning(sidecar.pid), false);
  assert.deepEqual(readdirSync(temporary), []);
  await assert.rejects(sidecar.client.health(), { code: 'SIDECAR_FAILED' });
});

test('one that is stopped in the middle of its work puts everything back first', async t => {
  const { sidecar, exits, folder, root } = await start(t);
  for (let index = 0; index < 40; index++) {
    mkdirSync(path.join(root, `d${index}`));
    for (let file = 0; file < 50; file++) writeFileSync(path.join(root, `d${index}`, `f${file}`), `${index} ${file}`);
  }
  await sidecar.client.setWorkspaces({ workspaces: [{ folder }], trusted: true });
  const engine = sidecar.client.in(folder);
  await engine.initRoot();
  const begun = Promise.withResolvers<Progress>();
  const snapshot = engine.createSnapshot({}, { progress: begun.resolve }).catch(error => error);
  await Promise.race([begun.promise, snapshot]);
  await sidecar.stop();
  assert.deepEqual(exits, [{ code: 0, signal: null, expected: true }]);
  await snapshot;
  for (const emptied of ['tmp', 'locks']) assert.deepEqual(readdirSync(path.join(root, '.holdfast', emptied)), []);
  const left = readdirSync(root, { recursive: true }).filter(name => String(name).endsWith(temporarySuffix));
  assert.deepEqual(left, []);
});

test('a sidecar that is told to end by a signal ends tidily', { skip: process.platform === 'win32' }, async t => {
  const lines: string[] = [];
  const { sidecar, exits, temporary } = await start(t, { log: line => lines.push(line) });
  process.kill(sidecar.pid, 'SIGTERM');
  await t.waitFor(() => assert.deepEqual(exits, [{ code: 0, signal: null, expected: false }]), { timeout: 5000 });
  assert.deepEqual(lines, []);
  assert.deepEqual(readdirSync(temporary), []);
});

test('a program that does not get ready is an error that says what it said', async t => {
  const directory = temporaryDirectory(t);
  const failing = path.join(directory, 'failing.cjs');
  writeFileSync(failing, 'console.error("no such luck"); process.exit(3)');
  const env = environment(directory);
  await assert.rejects(
    startSidecar({ script: failing, env, temporaryDirectory: directory }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SIDECAR_FAILED');
      assert.match(error.message, /status 3.*no such luck/);
      return true;
    },
  );
  const execPath = path.join(directory, 'no-node');
  await assert.rejects(startSidecar({ script, env, execPath, temporaryDirectory: directory }), /ENOENT/);
  assert.deepEqual(readdirSync(directory), ['failing.cjs']);
});

test('by hand it says how to serve', async () => {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  for await (const text of child.stderr) said += text;
  assert.match(said, /holdfast serve/);
});

/** A process that starts a sidecar and then waits to be killed, as an extension host may be. */
function startParent(
  t: TestContext,
  env: Record<string, string | undefined>,
): ChildProcessByStdio<null, Readable, null> {
  const code = `
    const { startSidecar } = await import(${JSON.stringify(pathToFileURL(fileURLToPath(new URL('./spawn.ts', import.meta.url))).href)});
    const { pid, socket } = await startSidecar({ script: ${JSON.stringify(script)} });
    console.log(JSON.stringify({ pid, socket }));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => parent.kill('SIGKILL'));
  return parent;
}

test('a sidecar ends with its parent, however that ends', async t => {
  const directory = temporaryDirectory(t);
  const parent = startParent(t, environment(directory));
  const line = await new Promise<string>(resolve => createInterface({ input: parent.stdout }).once('line', resolve));
  const { pid, socket } = JSON.parse(line) as { pid: number; socket: string };
  t.after(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  assert.equal(isRunning(pid), true);
  parent.kill('SIGKILL');
  await t.waitFor(() => assert.equal(isRunning(pid), false), { interval: 10, timeout: 5000 });
  assert.equal(existsSync(path.dirname(socket)), false);
});

test('the workspaces can come with the start, as a line on standard input', async t => {
  const { folder, root, home } = makeWorkspace(t);
  const directory = temporaryDirectory(t);
  const socket = process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(directory)}` : path.join(directory, 's');
  const child = spawn(process.execPath, [script], {
    env: { ...environment(directory, home), HOLDFAST_SIDECAR_TOKEN: 'token', HOLDFAST_SIDECAR_SOCKET: socket },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.write(`${JSON.stringify({ workspaces: [{ folder }], trusted: true })}\n`);
  await new Promise(resolve => createInterface({ input: child.stdout }).once('line', resolve));
  const { connectSidecar } = await import('./client.ts');
  assert.equal((await connectSidecar({ socket, token: 'token' }).in(folder).root()).root, root);
  const exited = new Promise(resolve => child.once('exit', resolve));
  child.stdin.end();
  assert.equal(await exited, 0);
  assert.equal(existsSync(directory), true);
});
