import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { BackupResult } from '../../src/protocol/backups.ts';
import { BufferState, RecoverableList, SessionResult } from '../../src/protocol/sessions.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { VerifyVault } from '../../src/protocol/vault.ts';
import { flipBit } from '../fixtures/engine.ts';
import { readTree } from '../fixtures/tree.ts';
import { until } from './run.ts';
import { inNamespace, mounting, smallDisk } from './small-disk.ts';
import { newWorkspace } from './workspace.ts';

const how = mounting();

/** A workspace whose root, with its vault, lies on a disk of its own. */
function onSmallDisk(t: TestContext, size: string) {
  // The workspace goes after the disk in it, or its removal would meet a disk in use.
  const cleanups: (() => void)[] = [];
  t.after(() => {
    for (const clean of cleanups.reverse()) clean();
  });
  const ending = { after: (clean: () => void) => void cleanups.push(clean) };
  const workspace = newWorkspace(ending);
  const disk = smallDisk(ending, path.join(workspace.folder, 'disk'), size);
  const at = (...names: string[]) => path.join(workspace.folder, 'disk', ...names);
  const run = (...args: string[]) => workspace.run('--root', 'disk/root', '--json', ...args);
  const done = (...args: string[]) => workspace.done('--root', 'disk/root', '--json', ...args);
  /** All that matters on the disk; the vault's caches do not, and its audit trail is written where it can be. */
  const state = () =>
    readTree(at(), { except: ['filler', ...['audit', 'cache', 'index'].map(one => `root/.holdfast/${one}`)] });
  /** Names that are not as before, but for safety snapshots and their packs: those are whole, and may stay. */
  const changedSince = (before: ReturnType<typeof state>) => {
    const now = state();
    const differs = (name: string) => !isDeepStrictEqual(before[name], now[name]);
    const isAdded = (name: string) => !(name in before) && /^root\/\.holdfast\/(packs|snapshots)\/[^.]/.test(name);
    return Object.keys({ ...before, ...now }).filter(name => differs(name) && !isAdded(name));
  };
  const random = (name: string, length = 60_000) => workspace.write({ [name]: randomBytes(length) });
  done('root', 'init');
  return { ...workspace, disk, at, run, done, state, changedSince, random, empty: () => rmSync(at('filler')) };
}

if (how === 'in a namespace') {
  test('writers on a full disk, in a namespace of its own', () =>
    assert.equal(inNamespace(import.meta.filename), undefined));
} else {
  const options = how === 'here' ? {} : { skip: 'This process may not mount a file system.' };

  test('a session that does not fit leaves the one that is there, byte for byte', options, t => {
    const { random, run, done, state, changedSince } = onSmallDisk(t, '1m');
    for (const [name, length] of Object.entries({ good: 300, large: 900, small: 1 })) random(name, length * 1024);
    const { session } = done('session', 'create', '--title', 'Good', '--from', 'good').json(SessionResult);
    const before = state();
    assert.equal(run('session', 'update', session.id, '--from', 'large').error().code, 'DISK_FULL');
    assert.deepEqual(changedSince(before), []);
    done('session', 'update', session.id, '--from', 'small');
  });

  test('every writer, with too little room: told, and nothing is changed; with enough it is done', options, t => {
    const { random, disk, at, run, done, state, changedSince, empty, write } = onSmallDisk(t, '8m');
    for (const name of ['a', 'b', 'c', 'disk/root/state/small']) random(name);
    random('disk/root/state/large', 200_000);
    random('old/brought.bin', 150_000);
    write({ 'one.json': '{"a":1}', 'two.json': '{"a":1,"b":2}', 'three.json': '{"a":3}' });
    const session = (title: string, from = 'a') =>
      done('session', 'create', '--title', title, '--from', from).json(SessionResult).session.id;
    const [kept, doomed, deleted, merged] = [session('K'), session('D'), session('G'), session('M', 'one.json')];
    done('session', 'update', kept, '--from', 'b');
    done('session', 'update', merged, '--from', 'two.json');
    done('session', 'delete', deleted);
    done('session', 'export', kept, 'session.bundle');
    const snapshot = (...args: string[]) => done('snapshot', 'create', ...args).json(SnapshotResult).snapshot.id;
    const [first, gone, second] = [snapshot(), snapshot(), snapshot()];
    done('snapshot', 'delete', gone);
    const { backup } = done('backup', 'create', '--to', 'backups').json(BackupResult);
    done('migrate', 'apply', '--from', 'old', '--set', 'target=earlier');
    const other = (...args: string[]) => done('--root', 'elsewhere', ...args);
    other('root', 'init');
    random('elsewhere/x', 90_000);
    other('snapshot', 'create');
    other('snapshot', 'export', 'latest', 'foreign.bundle');
    mkdirSync(at('backups'));

    const lose = () => rmSync(at('root/state'), { recursive: true });
    const packs = at('root/.holdfast/packs');
    const largest = () => readdirSync(packs).toSorted((a, b) => sizeIn(packs, b) - sizeIn(packs, a))[0]!;
    // So many KiB are too few.
    const writers: [free: number, args: string[], prepare?: () => void][] = [
      [48, ['vault', 'repair'], () => flipBit(path.join(packs, largest()), 5000)],
      [48, ['snapshot', 'create'], () => random('disk/root/state/new', 120_000)],
      [48, ['snapshot', 'restore', first], lose],
      [48, ['snapshot', 'restore', first], () => random('disk/root/state/large', 100_000)],
      [48, ['snapshot', 'restore', first, '--to', 'disk/restored']],
      [48, ['snapshot', 'export', first, 'disk/exported.bundle']],
      [48, ['snapshot', 'import', 'foreign.bundle']],
      [0, ['snapshot', 'edit', first, '--title', 'Renamed']],
      [48, ['session', 'create', '--title', 'Made', '--from', 'c']],
      [48, ['session', 'update', kept, '--from', 'c']],
      [0, ['session', 'edit', kept, '--title', 'Renamed']],
      [48, ['session', 'revert', kept, '--version', '1']],
      [4, ['session', 'merge', merged, '--from', 'three.json', '--base', '1']],
      [4, ['session', 'delete', doomed]],
      [48, ['session', 'undelete', deleted]],
      [48, ['session', 'export', kept, 'disk/session.bundle']],
      [48, ['session', 'import', 'session.bundle', '--as-new']],
      [48, ['backup', 'create', '--to', 'disk/backups']],
      [48, ['backup', 'restore', backup.file], lose],
      [4, ['migrate', 'undo', 'latest']],
      [48, ['migrate', 'apply', '--from', 'old']],
      [4, ['migrate', 'cleanup', 'latest']],
    ];
    for (const [free, args, prepare] of writers) {
      prepare?.();
      const before = state();
      disk.fill(free);
      const result = run(...args);
      const what = args.join(' ');
      assert.equal(result.status, 1, `${what}: ${result.stdout}`);
      assert.equal(result.error().code, 'DISK_FULL', what);
      assert.deepEqual(changedSince(before), [], what);
      empty();
      done(...args);
    }
    const begin = ['root', 'init', '--root', 'disk/another'];
    disk.fill();
    assert.equal(run(...begin).error().code, 'DISK_FULL');
    empty();
    done(...begin);
    // What gives room back needs no more than the caches have.
    disk.fill();
    done('snapshot', 'delete', second);
    empty();
    done('snapshot', 'create');
    disk.fill();
    assert.ok([0, 3].includes(run('vault', 'prune').status!), 'rewriting may be put off');
    empty();
    done('snapshot', 'undelete', gone);
    const verified = done('vault', 'verify', '--read-data').json(VerifyVault);
    assert.deepEqual(verified.damaged, []);
  });

  test('what is typed when there is no room is refused, and what was typed before stays', options, async t => {
    const { write, env, start, disk, done, state, changedSince, empty } = onSmallDisk(t, '2m');
    write({ 'text.txt': 'text' });
    const { session } = done('session', 'create', '--title', 'Typed', '--from', 'text.txt').json(SessionResult);
    env.HOLDFAST_TOKEN = 'a-token-of-this-test';
    const { texts } = start('serve', '--root', 'disk/root');
    await until(() => texts.stdout.includes('Address'), 'the address');
    const address = /http:\S+/.exec(texts.stdout)![0];
    const type = async (body: object) => {
      const answer = await fetch(`${address}/v1/sessions/${session.id}/buffer`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${env.HOLDFAST_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ base: 1, ...body }),
      });
      return { status: answer.status, body: (await answer.json()) as unknown };
    };
    const typed = (text: string) => [{ offset: 0, length: 0, text }];
    const begun = await type({ before: 4, edits: typed('first ') });
    const { bufferId } = BufferState.parse(begun.body);
    const before = state();
    const long = 'long '.repeat(10_000);
    for (const free of [0, 16]) {
      disk.fill(free);
      for (const body of [
        { before: 4, edits: typed(long) },
        { bufferId, before: 10, edits: typed(long) },
      ]) {
        const { status, body: problem } = await type(body);
        assert.deepEqual([status, (problem as { code: string }).code], [507, 'DISK_FULL']);
      }
      empty();
      const list = done('session', 'recoverable').json(RecoverableList).recoverable;
      assert.deepEqual(
        list.map(one => one.id),
        [bufferId],
      );
    }
    assert.ok(changedSince(before).every(name => name.endsWith(`${bufferId}.jsonl`)));
    assert.equal((await type({ bufferId, before: 10, edits: typed('second ') })).status, 200);
    done('session', 'recover', session.id);
    done('session', 'export', session.id, 'out.bundle');
  });
}

function sizeIn(directory: string, name: string): number {
  return statSync(path.join(directory, name)).size;
}
