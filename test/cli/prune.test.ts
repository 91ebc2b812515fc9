import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LogList } from '../../src/protocol/log.ts';
import { PruneResult } from '../../src/protocol/retention.ts';
import { SnapshotList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { rootedWorkspace } from './workspace.ts';

test('vault prune keeps by rules and says why; undelete brings back; after a day the space is free', t => {
  const { done, run, root, write } = rootedWorkspace(t);
  const create = (...args: string[]) => done('snapshot', 'create', '--json', ...args).json(SnapshotResult).snapshot.id;
  const pinned = create('--pin');
  write({ 'data/workspace/large.bin': randomBytes(200_000) });
  const gone = create('--title', 'to be gone');
  write({ 'data/workspace/large.bin': 'small' });
  const newest = create('--tag', 'nightly');
  const rules = ['--keep-last', '1', '--keep-tag', 'nightly', '--keep-within', '0'];

  const expected = [
    [newest, true, ['last 1', 'within 0', 'tag nightly']],
    [gone, false, []],
    [pinned, true, ['pinned']],
  ];
  const said = ({ snapshots }: PruneResult) => snapshots.map(({ id, keep, reasons }) => [id, keep, reasons]);
  const dry = done('vault', 'prune', ...rules, '--dry-run', '--json').json(PruneResult);
  assert.deepEqual([dry.dryRun, said(dry)], [true, expected]);
  assert.equal(done('snapshot', 'list', '--json').json(SnapshotList).total, 3);
  const text = done('vault', 'prune', ...rules);
  assert.match(text.stdout, /keep .*last 1, within 0, tag nightly\n.*delete .*"to be gone"\n.*keep .*pinned\n/);
  assert.match(text.stdout, /Deleted 1 snapshot: .*\nIn the trash: 1 snapshot\. .*undelete/s);
  assert.equal(done('snapshot', 'list', '--json').json(SnapshotList).total, 2);

  const back = done('snapshot', 'undelete', 'to be gone', '--json').json(SnapshotResult);
  assert.equal(back.snapshot.id, gone);
  done('snapshot', 'delete', gone);
  const vault = path.join(root, '.holdfast');
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(path.join(vault, 'trash', `${gone}.json`), longAgo, longAgo);
  assert.match(
    done('vault', 'prune', '--grace', '0', '--dry-run').stdout,
    /^No snapshot would be deleted: .*\nWould be gone for good: 1 deleted snapshot\./m,
  );
  const result = done('vault', 'prune', '--grace', '0', '--json').json(PruneResult);
  assert.ok(result.packs.deleted > 0 && result.bytesReclaimed > 0);
  assert.deepEqual([result.trash, readdirSync(path.join(vault, 'trash'))], [{ kept: 0, removed: 1 }, []]);
  assert.equal(run('snapshot', 'undelete', gone, '--json').error().code, 'NOT_FOUND');
  done('vault', 'verify', '--read-data');

  const [entry] = done('log', '--filter', 'vault.prune', '--json').json(LogList).entries;
  assert.equal(entry?.details.by, 'request');
});

test('the setting is the rule where none is given', t => {
  const { done, write } = rootedWorkspace(t);
  for (const content of ['one', 'two']) {
    write({ 'data/workspace/a': content });
    done('snapshot', 'create');
  }
  write({ '.vscode/settings.json': '{ "holdfast.retention": { "keepLast": 1 } } // kept short' });
  const kept = (...args: string[]) =>
    done('vault', 'prune', '--dry-run', '--json', ...args)
      .json(PruneResult)
      .snapshots.filter(({ keep }) => keep).length;
  assert.equal(kept(), 1);
  assert.equal(kept('--keep-last', '2'), 2);
});

test('wrong rules are wrong usage, and a broken record stops it with 5', t => {
  const { done, run, root } = rootedWorkspace(t);
  done('snapshot', 'create');
  for (const wrong of [
    ['--keep-last', 'x'],
    ['--keep-last', '0'],
    ['--keep-within', 'soon'],
    ['--grace', '1'],
  ])
    assert.equal(run('vault', 'prune', ...wrong).status, 2, wrong.join(' '));
  writeFileSync(path.join(root, '.holdfast', 'trash', 'a'.repeat(20).concat('.json')), 'garbage');
  const broken = run('vault', 'prune', '--keep-last', '1', '--json');
  assert.deepEqual([broken.status, broken.error().code], [5, 'CORRUPT']);
});
