import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { Deleted, Diff, FileList, SnapshotList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { newWorkspace, rootedWorkspace, type Workspace } from './workspace.ts';

function create({ done }: Workspace, ...args: string[]) {
  return done('snapshot', 'create', '--json', ...args).json(SnapshotResult).snapshot;
}

describe('snapshot create', () => {
  test('captures the root with its labels', t => {
    const workspace = rootedWorkspace(t);
    const snapshot = create(
      workspace,
      '--title',
      'Before',
      '--description',
      'All of it',
      '--tag',
      'a',
      '--tag',
      'b',
      '--pin',
    );
    assert.deepEqual(
      [
        snapshot.title,
        snapshot.description,
        snapshot.tags,
        snapshot.pinned,
        snapshot.reason,
        snapshot.files,
        snapshot.skipped,
      ],
      ['Before', 'All of it', ['a', 'b'], true, 'manual', 3, []],
    );
    assert.match(snapshot.id, /^[a-z0-9]{20,}$/);
    const next = create(workspace);
    assert.equal(next.parent, snapshot.id);
    assert.equal(next.newBytes, 0);
    assert.equal(next.tree, snapshot.tree);
  });

  test('of paths, relative to the root or absolute inside it', t => {
    const workspace = rootedWorkspace(t);
    assert.equal(create(workspace, 'uploads').files, 2);
    const absolute = create(workspace, path.join(workspace.root, 'uploads', 'report.csv'), 'settings.json');
    assert.deepEqual([absolute.files, absolute.scope.paths], [2, ['uploads/report.csv', 'settings.json']]);
    for (const outside of ['/etc/hosts', '../../secret', 'uploads/../../..']) {
      const result = workspace.run('snapshot', 'create', outside, '--json');
      assert.equal(result.status, 1, outside);
      assert.equal(result.error().code, 'INVALID_NAME');
    }
    assert.equal(workspace.run('snapshot', 'create', '--area', 'no-such-area').status, 1);
  });

  test('lists what it leaves out and ends with 3', { skip: process.platform === 'win32' }, async t => {
    const workspace = rootedWorkspace(t);
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [path.join(workspace.root, 'uploads', 'pipe')]);
    const result = workspace.run('snapshot', 'create', '--json');
    assert.equal(result.status, 3);
    assert.deepEqual(
      result.json(SnapshotResult).snapshot.skipped.map(omission => omission.path),
      ['uploads/pipe'],
    );
    const text = workspace.run('snapshot', 'create');
    assert.equal(text.status, 3);
    assert.match(text.stdout, /Left out \(1\):\n {2}uploads\/pipe {2}— /);
    const quiet = workspace.run('snapshot', 'create', '--quiet');
    assert.deepEqual([quiet.status, quiet.stdout], [3, '']);
    assert.match(quiet.stderr, /uploads\/pipe/);
  });
});

describe('snapshot list', () => {
  test('pages, sorts, filters', t => {
    const workspace = rootedWorkspace(t);
    const { done } = workspace;
    const made = ['one', 'two', 'three'].map((title, index) => {
      workspace.write({ [`data/workspace/${title}`]: 'x'.repeat(1000 * (index + 1)) });
      return create(workspace, '--title', title, ...(index === 1 ? ['--tag', 'even'] : [])).id;
    });
    const list = (...args: string[]) => done('snapshot', 'list', '--json', ...args).json(SnapshotList);
    const titles = (...args: string[]) => list(...args).snapshots.map(({ title }) => title);
    assert.deepEqual(titles(), ['three', 'two', 'one']);
    assert.deepEqual(titles('--sort', 'title'), ['one', 'three', 'two']);
    assert.deepEqual(titles('--sort', 'bytes', '--desc'), ['three', 'two', 'one']);
    assert.deepEqual(titles('--filter', 'TWO'), ['two']);
    assert.deepEqual(titles('--tag', 'even'), ['two']);
    const first = list('--limit', '2');
    assert.deepEqual([first.snapshots.length, first.total], [2, 3]);
    assert.ok(first.nextCursor);
    const second = list('--limit', '2', '--cursor', first.nextCursor);
    const other = workspace.run('snapshot', 'list', '--sort', 'title', '--cursor', first.nextCursor, '--json');
    assert.deepEqual([other.status, other.error().code], [2, 'USAGE']);
    assert.deepEqual([second.snapshots.map(({ id }) => id), second.nextCursor], [[made[0]], null]);
    const text = done('snapshot', 'list', '--limit', '2').stdout;
    assert.match(text, /^id +created +title +files +size/);
    assert.match(text, /2 of 3; the next ones: --cursor /);
  });

  test('without any says how to take one', t => {
    const { done } = rootedWorkspace(t);
    assert.match(done('snapshot', 'list').stdout, /holdfast snapshot create/);
  });

  test('a damaged manifest is named, with 5, and stops no other', t => {
    const workspace = rootedWorkspace(t);
    const good = create(workspace).id;
    const bad = create(workspace).id;
    const file = path.join(workspace.root, '.holdfast', 'snapshots', `${bad}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"title":""', '"title":"?"'));
    const listed = workspace.run('snapshot', 'list', '--json');
    assert.equal(listed.status, 5);
    const list = listed.json(SnapshotList);
    assert.deepEqual([list.snapshots.map(({ id }) => id), list.broken.map(({ id }) => id)], [[good], [bad]]);
    const shown = workspace.run('snapshot', 'show', bad, '--json');
    assert.equal(shown.status, 5);
    assert.equal(shown.error().code, 'CORRUPT');
    workspace.done('snapshot', 'restore', good);
  });
});

describe('naming a snapshot', () => {
  test('by id, a unique beginning, latest or title', t => {
    const workspace = rootedWorkspace(t);
    const first = create(workspace, '--title', 'First one');
    const second = create(workspace, '--title', 'Twice');
    const id = (reference: string) =>
      workspace.done('snapshot', 'show', reference, '--json').json(SnapshotResult).snapshot.id;
    assert.equal(id(first.id), first.id);
    assert.equal(id(first.id.slice(0, 8)), first.id);
    assert.equal(id('First one'), first.id);
    assert.equal(id('latest'), second.id);
    create(workspace, '--title', 'Twice');
    const both = workspace.run('snapshot', 'show', 'Twice', '--json');
    assert.equal(both.status, 2);
    assert.equal(both.error().code, 'AMBIGUOUS');
    assert.match(workspace.run('snapshot', 'show', 'Twice').stderr, new RegExp(second.id));
    const none = workspace.run('snapshot', 'show', 'no-such', '--json');
    assert.equal(none.status, 1);
    assert.equal(none.error().code, 'NOT_FOUND');
  });

  test('among none at all', t => {
    const { run } = rootedWorkspace(t);
    for (const verb of ['show', 'files', 'diff', 'restore', 'delete', 'pin']) {
      const result = run('snapshot', verb, 'latest', '--json');
      assert.equal(result.status, 1, verb);
      assert.equal(result.error().code, 'NOT_FOUND');
    }
  });
});

test('snapshot files lists everything or what lies below a path', t => {
  const workspace = rootedWorkspace(t);
  mkdirSync(path.join(workspace.root, 'empty'));
  create(workspace);
  const paths = (...args: string[]) =>
    workspace
      .done('snapshot', 'files', 'latest', '--json', ...args)
      .json(FileList)
      .files.map(file => file.path);
  assert.deepEqual(paths().sort(), ['empty', 'settings.json', 'uploads', 'uploads/photo.bin', 'uploads/report.csv']);
  assert.ok(paths('uploads').includes('uploads/report.csv'));
  assert.ok(!paths('uploads').includes('settings.json'));
  assert.match(workspace.done('snapshot', 'files', 'latest').stdout, /^-rw.*uploads\/report\.csv$/m);
  assert.equal(workspace.run('snapshot', 'files', 'latest', 'no/such').status, 1);
});

test('snapshot diff compares with another snapshot, with now, and of some paths', t => {
  const workspace = rootedWorkspace(t);
  const a = create(workspace, '--title', 'uploads').id;
  workspace.write({ 'data/workspace/uploads/new.txt': 'new', 'data/workspace/settings.json': '{"theme":"light"}\n' });
  rmSync(path.join(workspace.root, 'uploads', 'photo.bin'));
  const b = create(workspace).id;
  const diff = (...args: string[]) => workspace.done('snapshot', 'diff', '--json', ...args).json(Diff);
  const names = ({ added, removed, modified }: Diff) =>
    [added, removed, modified].map(list => list.map(one => one.path));
  const all = [['uploads/new.txt'], ['uploads/photo.bin'], ['settings.json']];
  assert.deepEqual([diff(a, b).a, diff(a, b).b], [a, b]);
  assert.deepEqual(names(diff(a, b)), all);
  assert.deepEqual([diff(a).b, ...names(diff(a))], [null, ...all]);
  assert.deepEqual(names(diff(b)), [[], [], []]);
  assert.deepEqual(names(diff(a, b, 'uploads')), [['uploads/new.txt'], ['uploads/photo.bin'], []]);
  assert.deepEqual(
    names(diff(a, 'settings.json')),
    [[], [], ['settings.json']],
    'a second operand that names no snapshot',
  );
  assert.equal(diff(b, 'uploads').b, a, 'the title of a snapshot wins over a path');
  assert.equal(diff(b, '--', 'uploads').b, null, 'after -- there are only paths');
  const { stdout } = workspace.done('snapshot', 'diff', a, b);
  assert.match(stdout, /^\+ uploads\/new\.txt {2}3 B$/m);
  assert.match(stdout, /^- uploads\/photo\.bin/m);
  assert.match(stdout, /^M settings\.json/m);
  assert.match(stdout, /1 added, 1 removed, 1 modified, 1 unchanged/);
});

describe('snapshot restore', () => {
  test('puts back what was changed and removed, and can be undone', t => {
    const workspace = rootedWorkspace(t);
    const settings = path.join(workspace.root, 'settings.json');
    utimesSync(settings, 1_600_000_000.123, 1_600_000_000.123);
    create(workspace);
    writeFileSync(settings, 'broken');
    rmSync(path.join(workspace.root, 'uploads'), { recursive: true });
    workspace.write({ 'data/workspace/later.txt': 'made later' });
    const result = workspace.done('snapshot', 'restore', 'latest', '--delete-extra', '--json').json(RestoreResult);
    assert.deepEqual(
      [result.restored, result.overwritten, result.deleted, result.failed, result.to, result.dryRun],
      [3, 1, ['later.txt'], [], workspace.root, false],
    );
    assert.equal(readFileSync(settings, 'utf8'), '{"theme":"dark"}\n');
    assert.equal(statSync(settings).mtimeMs, 1_600_000_000_123);
    assert.ok(result.safetySnapshot);
    workspace.done('snapshot', 'restore', result.safetySnapshot, '--delete-extra');
    assert.equal(readFileSync(settings, 'utf8'), 'broken');
    assert.ok(existsSync(path.join(workspace.root, 'later.txt')) && !existsSync(path.join(workspace.root, 'uploads')));
  });

  test('in text names the destination, the safety snapshot and the way back', t => {
    const workspace = rootedWorkspace(t);
    create(workspace, '--title', 'Good');
    workspace.write({ 'data/workspace/settings.json': 'broken' });
    const { stdout } = workspace.done('snapshot', 'restore', 'Good');
    assert.ok(stdout.includes(workspace.root));
    const undo = /To undo: holdfast (snapshot restore ([a-z0-9]{20}) --delete-extra)/.exec(stdout);
    assert.ok(undo?.[1] && undo[2] && stdout.includes(`safety snapshot ${undo[2]}`));
    workspace.done(...undo[1].split(' '));
    assert.equal(readFileSync(path.join(workspace.root, 'settings.json'), 'utf8'), 'broken');
  });

  test('--dry-run shows the plan and changes nothing', t => {
    const workspace = rootedWorkspace(t);
    create(workspace);
    workspace.write({ 'data/workspace/settings.json': 'broken', 'data/workspace/extra': '' });
    const plan = workspace
      .done('snapshot', 'restore', 'latest', '--delete-extra', '--dry-run', '--json')
      .json(RestoreResult);
    assert.deepEqual([plan.dryRun, plan.overwritten, plan.deleted, plan.safetySnapshot], [true, 1, ['extra'], null]);
    assert.match(workspace.done('snapshot', 'restore', 'latest', '--dry-run').stdout, /^ {2}M settings\.json$/m);
    assert.equal(readFileSync(path.join(workspace.root, 'settings.json'), 'utf8'), 'broken');
    assert.equal(workspace.done('snapshot', 'list', '--json').json(SnapshotList).total, 1);
  });

  test('of some paths, into another directory, keeping what is there', t => {
    const workspace = rootedWorkspace(t);
    create(workspace);
    workspace.write({ 'out/uploads/report.csv': 'mine' });
    const result = workspace
      .done('snapshot', 'restore', 'latest', 'uploads', '--to', 'out', '--overwrite', 'never', '--json')
      .json(RestoreResult);
    assert.deepEqual([result.to, result.restored], [path.join(workspace.folder, 'out'), 1]);
    assert.equal(readFileSync(path.join(workspace.folder, 'out/uploads/report.csv'), 'utf8'), 'mine');
    assert.ok(existsSync(path.join(workspace.folder, 'out/uploads/photo.bin')));
    assert.ok(!existsSync(path.join(workspace.folder, 'out/settings.json')));
  });

  test('as a copy to look at, which is never the root', t => {
    const workspace = rootedWorkspace(t);
    create(workspace);
    const args = ['snapshot', 'restore', 'latest', 'settings.json', '--read-only'];
    assert.equal(workspace.run(...args).status, 2);
    assert.deepEqual(workspace.done(...args, '--to', 'out', '--json').json(RestoreResult).omitted, []);
    assert.equal(statSync(path.join(workspace.folder, 'out/settings.json')).mode & 0o222, 0);
  });

  test('a path that the snapshot does not have', t => {
    const workspace = rootedWorkspace(t);
    create(workspace);
    const result = workspace.run('snapshot', 'restore', 'latest', 'no/such', '--json');
    assert.equal(result.status, 1);
    assert.equal(result.error().code, 'NOT_FOUND');
  });
});

test('snapshot delete takes all or none', t => {
  const workspace = rootedWorkspace(t);
  const [a, b, c] = [create(workspace), create(workspace), create(workspace, '--pin')].map(({ id }) => id) as [
    string,
    string,
    string,
  ];
  const pinned = workspace.run('snapshot', 'delete', a, c, '--json');
  assert.equal(pinned.status, 4);
  assert.equal(pinned.error().code, 'CONFLICT');
  assert.equal(workspace.run('snapshot', 'delete', a, 'no-such').status, 1);
  const total = () => workspace.done('snapshot', 'list', '--json').json(SnapshotList).total;
  assert.equal(total(), 3);
  const { deleted } = workspace.done('snapshot', 'delete', a.slice(0, 8), b, '--json').json(Deleted);
  assert.deepEqual(deleted.toSorted(), [a, b].toSorted());
  workspace.done('snapshot', 'unpin', c);
  assert.match(workspace.done('snapshot', 'delete', 'latest').stdout, /^Deleted 1 snapshot: /);
  assert.equal(total(), 0);
});

test('snapshot pin, unpin and edit change the words only', t => {
  const workspace = rootedWorkspace(t);
  const made = create(workspace, '--tag', 'old');
  const label = (...args: string[]) => workspace.done('snapshot', ...args, '--json').json(SnapshotResult).snapshot;
  assert.equal(label('pin', 'latest').pinned, true);
  assert.equal(label('unpin', made.id.slice(0, 8)).pinned, false);
  const edited = label('edit', 'latest', '--title', 'Works', '--description', 'Well', '--tag', 'x', '--tag', 'y');
  assert.deepEqual(edited, { ...made, title: 'Works', description: 'Well', tags: ['x', 'y'] });
  assert.deepEqual(label('edit', 'Works', '--tag', '').tags, []);
  assert.equal(label('show', 'latest').title, 'Works');
  assert.equal(workspace.run('snapshot', 'edit', 'latest', '--title', 'x'.repeat(201)).status, 2);
  assert.deepEqual(label('create', '--tag', '').tags, []);
});

test('files in a secret area are marked, so that nobody shows what is in them', t => {
  const workspace = newWorkspace(t);
  makeDigitalArticle(workspace.folder);
  workspace.done('snapshot', 'create');
  const { files } = workspace.done('snapshot', 'files', 'latest', '--json').json(FileList);
  const secret = files.filter(file => file.secret).map(file => file.path);
  assert.deepEqual(secret, ['user_settings/maria.json']);
  workspace.write({ 'data/workspace/user_settings/maria.json': '{}' });
  const { modified } = workspace.done('snapshot', 'diff', 'latest', '--json').json(Diff);
  assert.deepEqual(
    modified.map(({ before, after }) => [before.secret, after.secret]),
    [[true, true]],
  );
});
