import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BackupList, BackupResult, VerifyBackup } from '../../src/protocol/backups.ts';
import { RestoreResult } from '../../src/protocol/common.ts';
import { RootCreated } from '../../src/protocol/root.ts';
import { Deleted } from '../../src/protocol/snapshots.ts';
import { makeTree, readTree } from '../fixtures/tree.ts';
import { newWorkspace, rootedWorkspace, type Workspace } from './workspace.ts';

function create({ done }: Workspace, ...args: string[]) {
  return done('backup', 'create', '--json', ...args).json(BackupResult).backup;
}

describe('backup create', () => {
  test('goes to the data directory of the user, named after the root', t => {
    const workspace = rootedWorkspace(t);
    const { rootId } = workspace.done('root', 'init', '--json').json(RootCreated);
    const backup = create(workspace);
    assert.deepEqual(
      [backup.files, backup.omitted, backup.scope],
      [3, [], { areas: [], secrets: false, vault: false }],
    );
    assert.ok(path.isAbsolute(backup.file) && backup.file.startsWith(workspace.home));
    assert.ok(path.dirname(backup.file).endsWith(path.join('holdfast', 'backups', rootId)));
    assert.ok(existsSync(backup.file));
    const { stdout } = workspace.done('backup', 'create');
    assert.match(stdout, /Backed up 3 files, .* without secrets/);
    assert.ok(stdout.includes(path.dirname(backup.file)));
  });

  test('goes where --to, the setting or the environment say, in this order', t => {
    const workspace = rootedWorkspace(t);
    const directory = (...args: string[]) =>
      path.relative(workspace.folder, path.dirname(create(workspace, ...args).file));
    workspace.env.HOLDFAST_BACKUP_DIR = path.join(workspace.folder, 'from-env');
    assert.equal(directory(), 'from-env');
    workspace.write({ '.vscode/settings.json': '{"holdfast.backupDirectory": "from-setting"}' });
    assert.equal(directory(), 'from-setting');
    assert.equal(directory('--to', 'from-flag'), 'from-flag');
    const list = workspace.done('backup', 'list', '--json').json(BackupList);
    assert.ok(list.backups.length >= 2, 'also those that went elsewhere');
  });

  test('is an archive that plain tar reads', { skip: process.platform === 'win32' }, t => {
    const workspace = rootedWorkspace(t);
    const names = execFileSync('tar', ['-tzf', create(workspace).file], { encoding: 'utf8' });
    assert.match(names, /uploads\/report\.csv/);
  });

  test('says when secrets can be read from the vault in it', t => {
    const { done, write } = rootedWorkspace(t);
    write({
      'holdfast.profile.json': JSON.stringify({
        id: 'app',
        title: 'App',
        areas: [{ id: 'keys', title: 'Keys', globs: ['keys/**'], secret: true }],
      }),
    });
    const report = (...args: string[]) => done('backup', 'create', ...args).stdout;
    assert.match(
      report('--with-vault'),
      /without secrets, but with the vault, whose history has them.*Secrets can be read/s,
    );
    assert.doesNotMatch(report(), /can be read/);
    assert.match(report('--with-vault', '--include-secrets'), /with secrets, with the vault\)/);
    const { stdout } = done('backup', 'list');
    for (const held of ['yes', 'in its vault', 'no']) assert.match(stdout, new RegExp(`B  ${held} +/`), stdout);
  });

  test('never inside the root', t => {
    const workspace = rootedWorkspace(t);
    const result = workspace.run('backup', 'create', '--to', path.join(workspace.root, 'backups'), '--json');
    assert.notEqual(result.status, 0);
    assert.ok(result.error().hint);
  });
});

test('backup list, verify and delete', t => {
  const workspace = rootedWorkspace(t);
  assert.match(workspace.done('backup', 'list').stdout, /No backups .*holdfast backup create/);
  const first = create(workspace);
  const second = create(workspace);
  const ids = () =>
    workspace
      .done('backup', 'list', '--json')
      .json(BackupList)
      .backups.map(({ id }) => id);
  assert.deepEqual(ids(), [second.id, first.id]);
  assert.match(workspace.done('backup', 'list').stdout, new RegExp(`^${first.id.slice(0, 8)} `, 'm'));
  for (const reference of [
    'latest',
    first.id,
    first.id.slice(0, 8),
    first.file,
    path.relative(workspace.folder, first.file),
  ]) {
    const verified = workspace.done('backup', 'verify', reference, '--json').json(VerifyBackup);
    assert.deepEqual([verified.ok, verified.files, verified.bad], [true, 3, []], reference);
  }
  assert.match(workspace.done('backup', 'verify', 'latest').stdout, /^The backup is whole/);
  assert.deepEqual(workspace.done('backup', 'delete', first.id.slice(0, 8), '--json').json(Deleted).deleted, [
    first.id,
  ]);
  assert.ok(!existsSync(first.file));
  assert.deepEqual(ids(), [second.id]);
  for (const verb of ['verify', 'delete', 'restore']) {
    const missing = workspace.run('backup', verb, first.id, '--json');
    assert.equal(missing.status, 1, verb);
    assert.equal(missing.error().code, 'NOT_FOUND');
  }
});

test('`latest` is no older backup while the record of a newer one is missing, as the list says', t => {
  const workspace = rootedWorkspace(t);
  const { id, file } = create(workspace);
  const newer = path.join(path.dirname(file), 'holdfast-29991231T000000Z-abcdefgh.tar.gz');
  cpSync(file, newer);
  const list = workspace.run('backup', 'list', '--json');
  assert.equal(list.status, 5);
  assert.deepEqual(
    list.json(BackupList).broken.map(one => one.path),
    [newer],
  );
  for (const verb of ['verify', 'restore', 'delete']) {
    const refused = workspace.run('backup', verb, 'latest', '--json');
    assert.deepEqual([refused.status, refused.error().code, refused.error().path], [5, 'CORRUPT', newer], verb);
  }
  workspace.done('backup', 'verify', newer);
  workspace.done('backup', 'verify', id);
});

test('what is no archive is called so, and a restore names the backup', t => {
  const workspace = rootedWorkspace(t);
  workspace.write({ 'short.tar': 'root:x:0:0\n', 'long.tar': 'root:x:0:0\n'.repeat(1000) });
  for (const name of ['short.tar', 'long.tar']) {
    const { status, stdout } = workspace.run('backup', 'verify', name);
    assert.equal(status, 5);
    assert.match(stdout, /This is not a tar archive\./, name);
  }
  const { id } = create(workspace);
  assert.match(
    workspace.done('backup', 'restore', 'latest').stdout,
    new RegExp(`^Restored backup ${id.slice(0, 8)} to`),
  );
});

test('a damaged backup is found by verify (5) and not restored', t => {
  const workspace = rootedWorkspace(t);
  workspace.write({
    'data/workspace/noise.bin': Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * i * 7919) % 251)),
  });
  const { file } = create(workspace);
  const bytes = readFileSync(file);
  bytes.writeUInt8((bytes.at(bytes.length / 2) ?? 0) ^ 0xff, Math.floor(bytes.length / 2));
  writeFileSync(file, bytes);
  const verified = workspace.run('backup', 'verify', 'latest', '--json');
  assert.equal(verified.status, 5);
  const { ok, bad } = verified.json(VerifyBackup);
  assert.ok(!ok && bad.length > 0);
  const text = workspace.run('backup', 'verify', 'latest');
  assert.equal(text.status, 5);
  assert.match(text.stdout, /The backup is damaged/);
  const before = readTree(workspace.root, { except: ['.holdfast'] });
  assert.notEqual(workspace.run('backup', 'restore', 'latest').status, 0);
  assert.deepEqual(readTree(workspace.root, { except: ['.holdfast'] }), before);
});

describe('backup restore', () => {
  test('into the root, with a safety snapshot', t => {
    const workspace = rootedWorkspace(t);
    const before = readTree(workspace.root, { except: ['.holdfast'] });
    create(workspace);
    workspace.write({ 'data/workspace/settings.json': 'broken' });
    rmSync(path.join(workspace.root, 'uploads'), { recursive: true });
    const plan = workspace.done('backup', 'restore', 'latest', '--dry-run', '--json').json(RestoreResult);
    assert.deepEqual([plan.dryRun, plan.overwritten], [true, 1]);
    assert.ok(!existsSync(path.join(workspace.root, 'uploads')));
    const result = workspace.done('backup', 'restore', 'latest', '--json').json(RestoreResult);
    assert.deepEqual([result.restored, result.overwritten, result.to], [3, 1, workspace.root]);
    assert.ok(result.safetySnapshot);
    assert.deepEqual(readTree(workspace.root, { except: ['.holdfast'] }), before);
  });

  test('of some paths, elsewhere, and into the root of another workspace that does not exist yet', t => {
    const workspace = rootedWorkspace(t);
    const { file } = create(workspace);
    const to = path.join(workspace.folder, 'elsewhere');
    const some = workspace
      .done('backup', 'restore', file, 'uploads/report.csv', '--to', 'elsewhere', '--json')
      .json(RestoreResult);
    assert.deepEqual([some.to, some.restored], [to, 1]);
    assert.deepEqual(readdirSync(path.join(to, 'uploads')), ['report.csv']);
    const other = newWorkspace(t);
    other.done('backup', 'restore', file);
    assert.deepEqual(
      readTree(other.root, { except: ['.holdfast'] }),
      readTree(workspace.root, { except: ['.holdfast'] }),
    );
  });

  test('of a plain tar that something else made', { skip: process.platform === 'win32' }, t => {
    const workspace = newWorkspace(t);
    // The old format keeps whole seconds.
    makeTree(
      path.join(workspace.folder, 'old'),
      { uploads: { 'a.csv': 'a' }, 'b.txt': 'b' },
      { mtime: '2026-01-02T03:04:05Z' },
    );
    for (const [name, flags] of [
      ['old.tar', '-cf'],
      ['old.tar.gz', '-czf'],
    ] as const) {
      execFileSync('tar', [flags, path.join(workspace.folder, name), '-C', path.join(workspace.folder, 'old'), '.']);
      const to = path.join(workspace.folder, `from-${name}`);
      mkdirSync(to);
      workspace.done('backup', 'restore', name, '--to', to);
      assert.deepEqual(readTree(to), readTree(path.join(workspace.folder, 'old')), name);
    }
  });

  test('refuses names that lead outside', { skip: process.platform === 'win32' }, t => {
    const workspace = rootedWorkspace(t);
    workspace.write({ 'evil/a': 'x' });
    const archive = path.join(workspace.folder, 'evil.tar');
    execFileSync('tar', [
      '-cf',
      archive,
      '--transform',
      's|^a|../../escaped|',
      '-P',
      '-C',
      path.join(workspace.folder, 'evil'),
      'a',
    ]);
    const result = workspace.run('backup', 'restore', archive, '--json');
    assert.equal(result.status, 1);
    assert.equal(result.error().code, 'ARCHIVE_UNSAFE');
    assert.ok(!existsSync(path.join(workspace.folder, 'escaped')));
  });
});
