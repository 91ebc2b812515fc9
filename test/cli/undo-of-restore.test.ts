import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { readTree } from '../fixtures/tree.ts';
import { rootedWorkspace } from './workspace.ts';

/** What a shell makes of a command that somebody copied. */
function wordsOf(command: string): string[] {
  return execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

/** Whatever a restore did, the one command that it prints takes it back. */
for (const [what, args, change] of [
  ['only makes what is missing', [], (root: string) => rmSync(path.join(root, 'uploads'), { recursive: true })],
  ['makes one file', ['settings.json'], (root: string) => rmSync(path.join(root, 'settings.json'))],
] as const) {
  test(`a restore that ${what} is undone in one step`, t => {
    const { done, root } = rootedWorkspace(t);
    const tree = () => readTree(root, { except: ['.holdfast'] });
    done('snapshot', 'create', '--title', 'all');
    change(root);
    const before = tree();
    const { stdout } = done('snapshot', 'restore', 'all', ...args, '--yes');
    assert.notDeepEqual(tree(), before);
    const [, undo] = /To undo: holdfast (.*)/.exec(stdout) ?? [];
    done('--yes', ...wordsOf(undo!));
    assert.deepEqual(tree(), before);
    const again = done('snapshot', 'restore', 'all', ...args, '--yes', '--json').json(RestoreResult);
    assert.ok(again.safetySnapshot);
    const unchanged = done('snapshot', 'restore', 'all', ...args, '--yes', '--json').json(RestoreResult);
    assert.equal(unchanged.safetySnapshot, null, 'there is nothing to undo');
  });
}

const hostile = "uploads/it's; touch pwned\n\\x.txt";
for (const [what, paths] of [
  ['a directory that was missing', ['new/deep/a.txt']],
  ['one that was missing, and one that was not', ['new', './settings.json']],
  ['a hostile name', [hostile]],
  ['a name that looks like an option', ['--', '-rf', 'uploads']],
] as const) {
  test(`the undo of a restore of some paths leaves the others alone: ${what}`, t => {
    const { done, root, write, folder } = rootedWorkspace(t);
    const tree = () => readTree(root, { except: ['.holdfast'] });
    const at = (name: string) => `data/workspace/${name}`;
    write({ [at('new/deep/a.txt')]: 'a', [at(hostile)]: '1', [at('-rf')]: '1' });
    done('snapshot', 'create', '--title', 'all');
    rmSync(path.join(root, 'new'), { recursive: true });
    write({ [at('settings.json')]: 'changed', [at(hostile)]: '22', [at('-rf')]: '22' });
    const before = tree();
    const { stdout } = done('--yes', 'snapshot', 'restore', 'all', ...paths);
    assert.notDeepEqual(tree(), before);
    const [, undo] = /To undo: holdfast (.*)/.exec(stdout) ?? [];
    write({ [at('later.txt')]: 'later' });
    done('--yes', ...wordsOf(undo!));
    assert.deepEqual(Object.keys(tree()).sort(), [...Object.keys(before), 'later.txt'].sort());
    rmSync(path.join(root, 'later.txt'));
    assert.deepEqual({ ...tree(), '': undefined }, { ...before, '': undefined });
    assert.deepEqual(
      Object.keys(readTree(folder)).filter(name => name.endsWith('pwned')),
      [],
    );
  });
}

test('elsewhere the undo takes away what was made, and only that', t => {
  const { done, write, folder } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', 'all');
  write({ 'the copy/settings.json': 'other' });
  const tree = () => readTree(path.join(folder, 'the copy'));
  const before = tree();
  const { stdout } = done('--yes', 'snapshot', 'restore', 'all', '--to', 'the copy');
  write({ 'the copy/later.txt': 'later' });
  const [, undo] = /To undo: holdfast (.*)/.exec(stdout) ?? [];
  done('--yes', ...wordsOf(undo!));
  rmSync(path.join(folder, 'the copy/later.txt'));
  assert.deepEqual(Object.keys(tree()), Object.keys(before));
  assert.deepEqual(tree()['settings.json'], before['settings.json']);
});

test('a restore of the latest can be repeated: its own safety snapshot is not meant', t => {
  const { done, write, root } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', 'good');
  const good = readTree(root, { except: ['.holdfast'] });
  write({ 'data/workspace/settings.json': 'bad', 'other/settings.json': 'of another directory' });
  for (const args of [[], [], ['--to', 'other'], []]) {
    done('snapshot', 'restore', 'latest', '--yes', ...args);
    assert.deepEqual(readTree(root, { except: ['.holdfast'] }), good);
    assert.equal(done('snapshot', 'show', 'latest', '--json').json(SnapshotResult).snapshot.title, 'good');
  }
  done('snapshot', 'delete', 'good', '--yes');
  assert.match(done('snapshot', 'show', 'latest').stdout, /Before restoring/);
});

test('the titles of safety snapshots can be read, however long the one of the restored snapshot is, and do not grow', t => {
  const { done, write } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', `${'x'.repeat(166)}${'😀'.repeat(12)}`);
  const titles: string[] = [];
  let restored = 'latest';
  for (const content of ['1', '2', '3']) {
    write({ 'data/workspace/settings.json': content });
    const { safetySnapshot } = done('snapshot', 'restore', restored, '--yes', '--json').json(RestoreResult);
    restored = safetySnapshot!;
    const { snapshot } = done('snapshot', 'show', restored, '--json').json(SnapshotResult);
    assert.match(snapshot.title, /^Before restoring (snapshot x+😀+…|safety snapshot [a-z2-7]{20})$/u);
    titles.push(snapshot.title);
  }
  assert.equal(titles[1]!.length, titles[2]!.length);
});
