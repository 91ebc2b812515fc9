import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ApplyResult, MigrationList, MigrationPlan, UndoResult } from '../../src/protocol/migrations.ts';
import { readTree } from '../fixtures/tree.ts';
import { measuredRuns } from './measured.ts';
import { inNamespace, mounting, smallDisk } from './small-disk.ts';
import { newWorkspace } from './workspace.ts';

const how = mounting();

/** A workspace with 3 MB in `old/`, whose root lies on a disk of 2 MB. */
function crowded(t: TestContext) {
  // The workspace goes after the disk in it, or its removal would meet a disk in use.
  const cleanups: (() => void)[] = [];
  t.after(() => {
    for (const clean of cleanups.reverse()) clean();
  });
  const ending = { after: (clean: () => void) => void cleanups.push(clean) };
  const workspace = newWorkspace(ending);
  const disk = smallDisk(ending, path.join(workspace.folder, 'disk'), '2m');
  const big = Array.from({ length: 30 }, (_, number) => [`old/${number}.bin`, Buffer.alloc(100_000, number)] as const);
  workspace.write(Object.fromEntries(big));
  const root = path.join(workspace.folder, 'disk/root');
  const run = measuredRuns(workspace);
  const at = (args: readonly string[], statuses: readonly number[]) =>
    run([...args, '--json', '--root', 'disk/root'], statuses);
  const tree = () => readTree(root, { except: ['.holdfast'] });
  /** Nothing may lie about that takes space and that nobody refers to. */
  const leftovers = () =>
    ['placement/staged', 'placement/displaced', 'tmp'].flatMap(directory => {
      const place = path.join(root, '.holdfast', directory);
      return existsSync(place) ? readdirSync(place) : [];
    });
  return { workspace, disk, root, run: at, tree, leftovers, from: ['--from', 'old'] };
}

if (how === 'in a namespace') {
  test('a full disk, in a namespace of its own', () => assert.equal(inNamespace(import.meta.filename), undefined));
} else {
  const options = how === 'here' ? {} : { skip: 'This process may not mount a file system.' };

  test('a disk too small for a migration: nothing is changed, and it is done once there is space', options, t => {
    const { workspace, disk, run, tree, leftovers, from } = crowded(t);
    const sources = readTree(path.join(workspace.folder, 'old'));
    const plan = run(['migrate', 'plan', ...from], [0]).json(MigrationPlan);
    assert.equal(plan.totals.copy, 30);
    for (const again of [1, 2]) {
      const error = run(['migrate', 'apply', plan.planId], [1]).error();
      assert.equal(error.code, 'DISK_FULL', `try ${again}`);
      assert.match(error.message, /disk is full/i);
      assert.match(error.hint!, /space/);
      assert.deepEqual([tree(), leftovers()], [{}, []]);
    }
    assert.deepEqual(run(['migrate', 'list'], [0]).json(MigrationList).migrations, []);
    disk.resize('20m');
    assert.equal(run(['migrate', 'apply', plan.planId], [0]).json(ApplyResult).verified, 30);
    assert.deepEqual(tree(), sources);
    assert.deepEqual(readTree(path.join(workspace.folder, 'old')), sources);
  });

  test('a disk with no byte left: what reads works, what writes says why, and undo loses nothing', options, t => {
    const { workspace, disk, root, run, tree, from } = crowded(t);
    disk.resize('20m');
    run(['root', 'init'], [0]);
    workspace.write({ 'disk/root/0.bin': 'older' });
    const before = tree();
    const { migrationId } = run(['migrate', 'apply', ...from, '--on-conflict', 'keep-source'], [0]).json(ApplyResult);
    const migrated = tree();
    disk.fill();
    run(['status'], [0]);
    run(['session', 'list'], [0]);
    run(['migrate', 'show', migrationId!], [0]);
    workspace.write({ 'old/new.bin': Buffer.alloc(50_000) });
    assert.equal(run(['migrate', 'plan', ...from], [1]).error().code, 'DISK_FULL');
    assert.equal(run(['migrate', 'apply', ...from], [1]).error().code, 'DISK_FULL');
    assert.deepEqual(tree(), migrated);
    const undone = run(['migrate', 'undo', migrationId!, '--yes'], [0, 1]);
    if (undone.status === 1) {
      assert.equal(undone.error().code, 'DISK_FULL');
      assert.deepEqual(tree(), migrated);
      rmSync(path.join(root, '../filler'));
      run(['migrate', 'undo', migrationId!, '--yes'], [0]).json(UndoResult);
    }
    assert.deepEqual(tree(), before);
  });

  test('a disk on which no more files can be made is full too', options, t => {
    const { disk, run, tree, from } = crowded(t);
    run(['root', 'init'], [0]);
    disk.resize('20m', 30);
    assert.equal(run(['migrate', 'apply', ...from], [1]).error().code, 'DISK_FULL');
    assert.deepEqual(tree(), {});
    disk.resize('20m', 1000);
    run(['migrate', 'apply', ...from], [0]);
    assert.equal(Object.keys(tree()).length, 30);
  });

  test('a disk too small for thousands of files that several threads restore: nothing of it stays', options, t => {
    const { workspace } = crowded(t);
    const many = Array.from({ length: 2100 }, (_, at) => [`state/${at % 20}/${at}`, `${at}\n`.repeat(400)] as const);
    workspace.write(Object.fromEntries(many));
    const at = ['--root', 'state', '--json'] as const;
    workspace.done('snapshot', 'create', ...at);
    const restore = ['snapshot', 'restore', 'latest', '--to', 'disk/copy', '--yes', ...at];
    const result = workspace.run(...restore);
    assert.equal(result.error().code, 'DISK_FULL');
    assert.deepEqual(readdirSync(path.join(workspace.folder, 'disk')), []);
  });

  test('links that do not fit where the sources are: the sources stay, and are listed', options, t => {
    const { workspace, disk } = crowded(t);
    const run = measuredRuns(workspace);
    workspace.write({ 'disk/old/a.txt': 'a' });
    disk.resize('20m', 3);
    const args = ['migrate', 'apply', '--json', '--from', 'disk/old', '--after', 'link'];
    const { omitted } = run(args, [3]).json(ApplyResult);
    assert.match(JSON.stringify(omitted), /disk\/old\/a\.txt.*disk is full/);
    assert.equal(readTree(path.join(workspace.folder, 'disk/old'))['a.txt']?.type, 'file');
  });
}
