import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { SessionHistory, SessionResult } from '../../src/protocol/sessions.ts';
import { until } from './run.ts';
import { rootedWorkspace } from './workspace.ts';

const Change = z.strictObject({
  at: z.iso.datetime(),
  paths: z.array(z.string()).min(1),
  version: z.number().optional(),
});

describe('watch', () => {
  test('prints what changes, and a signal is its normal end', async t => {
    const workspace = rootedWorkspace(t);
    const { child, texts, end } = workspace.start('watch');
    await until(() => texts.stderr.includes('Watching '), 'the watcher');
    workspace.write({ 'data/workspace/uploads/new.txt': 'new' });
    await until(() => texts.stdout.includes('uploads/new.txt'), 'the change');
    child.kill('SIGINT');
    if (process.platform !== 'win32') assert.equal((await end).status, 0);
  });

  test('with --json prints one object a line', async t => {
    const workspace = rootedWorkspace(t);
    const { child, texts, end } = workspace.start('watch', '--json');
    // It does not say when it begins.
    await until(() => {
      workspace.write({ 'data/workspace/uploads/new.txt': 'new' });
      return texts.stdout.includes('uploads/new.txt');
    }, 'the change');
    child.kill('SIGTERM');
    await end;
    assert.equal(texts.stderr, '');
    for (const line of texts.stdout.trimEnd().split('\n')) Change.parse(JSON.parse(line));
  });

  test('prints nothing of what Holdfast itself keeps', async t => {
    const workspace = rootedWorkspace(t);
    const { child, texts, end } = workspace.start('watch');
    await until(() => texts.stderr.includes('Watching '), 'the watcher');
    workspace.done('snapshot', 'create');
    workspace.write({ 'data/workspace/uploads/last.txt': 'last' });
    await until(() => texts.stdout.includes('uploads/last.txt'), 'the change');
    child.kill('SIGTERM');
    await end;
    assert.doesNotMatch(texts.stdout, /\.holdfast/);
  });

  test('makes a version of what a program writes into a session', async t => {
    const workspace = rootedWorkspace(t);
    const { session } = workspace.done('session', 'create', '--title', 'One', '--json').json(SessionResult);
    const { child, texts, end } = workspace.start('watch', '--json');
    // What changed before it begins is captured too.
    workspace.write({ [`data/workspace/sessions/${session.id}/content/content.json`]: '[1]' });
    await until(() => texts.stdout.includes('"version":2'), 'the capture');
    child.kill('SIGTERM');
    await end;
    for (const line of texts.stdout.trimEnd().split('\n')) Change.parse(JSON.parse(line));
    const { versions } = workspace.done('session', 'history', session.id, '--json').json(SessionHistory);
    assert.deepEqual([versions.length, versions[0]?.action], [2, 'capture']);
  });
});
