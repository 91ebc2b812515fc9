import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { Status } from '../../src/protocol/root.ts';
import { until } from './run.ts';
import { newWorkspace, rootedWorkspace } from './workspace.ts';

const Serving = z.strictObject({ address: z.string(), workspace: z.string(), token: z.string().optional() });

describe('serve', () => {
  test('tells address and token once it listens; a signal is its normal end', async t => {
    const { start, root, folder } = rootedWorkspace(t);
    const { child, texts, end } = start('serve', '--json');
    await until(() => texts.stdout.endsWith('\n'), 'the address');
    const { address, token, workspace } = Serving.parse(JSON.parse(texts.stdout));
    assert.equal(workspace, folder);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(token && token.length >= 32);
    const refused = await fetch(`${address}/v1/status`);
    assert.equal(refused.status, 401);
    const answer = await fetch(`${address}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(Status.parse(await answer.json()).root, root);
    child.kill('SIGTERM');
    if (process.platform !== 'win32') assert.equal((await end).status, 0);
  });

  test('takes the token from the environment, and never prints it', async t => {
    const { start, env } = rootedWorkspace(t);
    env.HOLDFAST_TOKEN = 'a-token-of-my-own';
    const { child, texts, end } = start('serve');
    await until(() => texts.stdout.includes('Address'), 'the address');
    const address = /http:\S+/.exec(texts.stdout)?.[0];
    const answer = await fetch(`${address}/v1/root`, { headers: { authorization: `Bearer ${env.HOLDFAST_TOKEN}` } });
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    child.kill('SIGINT');
    const { stdout, stderr } = await end;
    assert.ok(!(stdout + stderr).includes(env.HOLDFAST_TOKEN));
  });

  test('on a socket leaves none behind', { skip: process.platform === 'win32' }, async t => {
    const { start, folder } = rootedWorkspace(t);
    const socket = path.join(folder, 's');
    const { child, texts, end } = start('serve', '--listen', socket, '--json');
    await until(() => texts.stdout.endsWith('\n'), 'the address');
    assert.equal(Serving.parse(JSON.parse(texts.stdout)).address, socket);
    assert.ok(existsSync(socket));
    child.kill('SIGTERM');
    assert.equal((await end).status, 0);
    assert.ok(!existsSync(socket));
  });

  test('refuses what it cannot listen on or serve', t => {
    const { run } = newWorkspace(t);
    const address = run('serve', '--listen', 'no address', '--json');
    assert.equal(address.status, 2);
    assert.equal(address.error().code, 'USAGE');
    const root = run('serve', '--root', '/', '--json');
    assert.equal(root.status, 7);
    assert.equal(root.error().code, 'ROOT_UNUSABLE');
  });
});
