import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { RestoreResult } from '../../src/protocol/common.ts';
import { ApplyResult, MigrationPlan, UndoResult } from '../../src/protocol/migrations.ts';
import { RootInfo, Status } from '../../src/protocol/root.ts';
import { SessionList } from '../../src/protocol/sessions.ts';
import { Diff, SnapshotList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { VerifyVault } from '../../src/protocol/vault.ts';
import { canary, hostileMark, makeDigitalArticle } from '../fixtures/digital-article.ts';
import { readTree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

/** The main job of the product, from the command line, on what a real application writes. */
test('show, plan, apply, snapshot, break, compare, restore, back up, restore elsewhere', t => {
  const { run, done, folder, root, home } = newWorkspace(t);
  const sample = makeDigitalArticle(folder);
  const contents = (directory: string) => readTree(directory, { except: ['.holdfast'] });
  const applied = readTree(folder);

  // Which root, and why.
  const info = done('root', 'show', '--json').json(RootInfo);
  assert.deepEqual([info.root, info.profile, info.source.kind], [root, 'digital-article', 'config']);
  assert.equal(info.candidates.find(({ status }) => status === 'chosen')?.path, root);
  const status = done('status', '--json').json(Status);
  assert.ok(status.legacy.files > 0 && status.legacy.sources > 0);
  assert.deepEqual(readTree(folder), applied, 'looking changes nothing');

  // What would be brought in, and bringing it in.
  const planned = run('migrate', 'plan', '--json');
  const plan = planned.json(MigrationPlan);
  assert.equal(planned.status, plan.omitted.length > 0 ? 3 : 0);
  assert.ok(plan.items.some(({ source }) => source.startsWith('backend/notebook_workspace/')));
  assert.deepEqual(
    readTree(folder, { except: ['data/workspace/.holdfast'] }),
    applied,
    'planning writes only to the vault',
  );
  const beforeMigration = contents(root);
  const migrated = run('migrate', 'apply', plan.planId, '--json');
  assert.equal(migrated.status, planned.status);
  const result = migrated.json(ApplyResult);
  assert.deepEqual([result.status, result.copied, result.conflicts], ['completed', plan.totals.copy, []]);
  for (const { source, target } of plan.items) {
    const from = applied[source];
    assert.ok(from, source);
    assert.deepEqual(contents(root)[target], from, target);
  }
  for (const [name, entry] of Object.entries(applied)) {
    if (!name.startsWith('data/workspace/'))
      assert.deepEqual(readTree(folder)[name]?.type, entry.type, `${name} is untouched`);
  }
  const { sessions } = done('session', 'list', '--json').json(SessionList);
  for (const { id, title } of sample.notebooks)
    assert.ok(
      sessions.some(one => one.id === id && one.title === title),
      title,
    );

  // Snapshot, break something, compare, restore.
  const good = contents(root);
  const { snapshot } = done('snapshot', 'create', '--title', 'Works', '--json').json(SnapshotResult);
  assert.equal(snapshot.files, Object.values(good).filter(({ type }) => type === 'file').length);
  const victim = Object.keys(good).find(name => name.endsWith('kinetics.csv'));
  assert.ok(victim);
  writeFileSync(path.join(root, victim), 'broken');
  rmSync(path.join(root, sample.hostile), { recursive: true });
  writeFileSync(path.join(root, 'stray.txt'), 'stray');
  const diff = done('snapshot', 'diff', 'Works', '--json').json(Diff);
  assert.deepEqual([diff.added.map(one => one.path), diff.modified.map(one => one.path)], [['stray.txt'], [victim]]);
  assert.ok(diff.removed.every(one => one.path.startsWith(sample.hostile)) && diff.removed.length > 0);
  const restored = done('snapshot', 'restore', 'Works', '--delete-extra', '--json').json(RestoreResult);
  assert.deepEqual([restored.deleted, restored.failed], [['stray.txt'], []]);
  assert.ok(restored.safetySnapshot);
  assert.deepEqual(contents(root), good, 'bytes, mode and time to the millisecond');

  // Back up, and restore that elsewhere.
  const packed = run('backup', 'create', '--include-secrets', '--json');
  const { backup } = packed.json(BackupResult);
  assert.equal(packed.status, backup.omitted.length > 0 ? 3 : 0);
  done('backup', 'verify', 'latest');
  const elsewhere = path.join(home, 'elsewhere');
  done('backup', 'restore', backup.file, '--to', elsewhere, '--json');
  assert.deepEqual(contents(elsewhere), good);

  // Without the secrets no secret is in it.
  const open = run('backup', 'create', '--json').json(BackupResult).backup;
  const shared = path.join(home, 'shared');
  done('backup', 'restore', open.file, '--to', shared);
  assert.ok(!Object.keys(contents(shared)).some(name => name.startsWith('user_settings/') && name.endsWith('.json')));

  // Back to where it began.
  const undone = done('migrate', 'undo', 'latest', '--json').json(UndoResult);
  assert.equal(undone.removed, plan.totals.copy + plan.totals.upgrade);
  assert.deepEqual(contents(root), beforeMigration);
  assert.ok(done('vault', 'verify', '--read-data', '--json').json(VerifyVault).ok);
  assert.ok(
    done('snapshot', 'list', '--json')
      .json(SnapshotList)
      .snapshots.some(({ title }) => title === 'Works'),
  );

  // Nothing was executed, nothing secret was printed, nothing was left lying about.
  assert.ok(!existsSync(path.join(folder, hostileMark)));
  for (const args of [
    ['status'],
    ['root', 'show'],
    ['migrate', 'show', 'latest'],
    ['log'],
    ['session', 'list'],
    ['snapshot', 'diff', 'latest'],
  ]) {
    assert.ok(!run(...args).stdout.includes(canary), args.join(' '));
    assert.ok(!run(...args, '--json').stdout.includes(canary), args.join(' '));
  }
  assert.deepEqual(readdirSync(path.join(root, '.holdfast', 'tmp')), []);
  assert.deepEqual(readdirSync(path.join(root, '.holdfast', 'locks')), []);
});
