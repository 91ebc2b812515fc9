import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { nameFromBytes, systemPath } from '../../src/engine/names.ts';
import { SessionResult } from '../../src/protocol/sessions.ts';
import { FileList, SnapshotList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { newWorkspace } from '../cli/workspace.ts';
import { readTree } from '../fixtures/tree.ts';
import { makeOddTree } from './odd-tree.ts';
import { nodeZstd, read } from './reader.ts';

/** What the checker lists, with exact times. */
interface Listed {
  path: string;
  type: string;
  size: number;
  mode: number;
  mtime: string;
  sha256?: string;
  target?: string;
  sameAs?: string;
}

/** As the command line has it: times cut to the millisecond before. */
function shown({ mtime, ...facts }: Listed) {
  const milliseconds = Number(
    (BigInt(mtime) - (((BigInt(mtime) % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n,
  );
  return { ...facts, mtime: new Date(milliseconds).toISOString() };
}

const exactTimes = (directory: string, paths: Iterable<string>) =>
  Object.fromEntries(
    [...paths].map(at => [at, fs.lstatSync(systemPath(`${directory}/${at}`), { bigint: true }).mtimeNs]),
  );

const hasPython = spawnSync('python3', ['--version']).status === 0;
const skip = process.platform === 'win32' || (!hasPython && 'there is no python3 on the path');

suite('a reader in another language, written from docs/format.md', { skip }, () => {
  const workspace = newWorkspace({ after });
  let vault: string;
  let ids: string[];
  let first: { files: Listed[]; tree: ReturnType<typeof readTree>; times: Record<string, bigint> };
  const snapshot = (title: string) =>
    workspace.done('snapshot', 'create', '--title', title, '--json').json(SnapshotResult).snapshot.id;
  const vaultOf = (root: string) => path.join(root, '.holdfast');
  const filesOf = (id: string, env?: Record<string, string>) =>
    (read(['files', vault, id], env).answer as { files: Listed[] }).files;

  before(() => {
    makeOddTree(workspace.root);
    workspace.done('root', 'init');
    vault = vaultOf(workspace.root);
    const one = snapshot('odd');
    const tree = readTree(workspace.root, { except: ['.holdfast'], linkTimes: true, directoryTimes: true });
    first = { files: [], tree, times: exactTimes(workspace.root, Object.keys(tree)) };
    fs.appendFileSync(path.join(workspace.root, 'plain.txt'), 'more');
    const { session } = workspace
      .done('session', 'create', '--title', 'Näme', '--from', path.join(workspace.root, 'notes'), '--json')
      .json(SessionResult);
    workspace.write({ 'next/only.json': '{"a":1}' });
    workspace.done('session', 'update', session.id, '--from', 'next');
    workspace.done('session', 'delete', session.id);
    ids = [one, snapshot('later')];
    workspace.done('snapshot', 'edit', ids[1]!, '--title', 'zweite', '--tag', 'x');
    ids.push(snapshot('to be deleted'));
    workspace.done('snapshot', 'delete', ids[2]!);
    first.files = filesOf(one);
  });

  test('lists the snapshots with their labels as they are now', () => {
    const { snapshots } = workspace.done('snapshot', 'list', '--sort', 'createdAt', '--json').json(SnapshotList);
    assert.deepEqual((read(['list', vault]).answer as { snapshots: unknown }).snapshots, snapshots);
    assert.deepEqual(
      snapshots.map(({ title }) => title),
      ['odd', 'zweite'],
    );
  });

  test('lists the files of each, names and times exact', () => {
    for (const id of ids.slice(0, 2)) {
      const { files } = workspace.done('snapshot', 'files', id, '--json').json(FileList);
      assert.deepEqual(filesOf(id).map(shown), files);
    }
    assert.deepEqual(Object.fromEntries(first.files.map(({ path: at, mtime }) => [at, BigInt(mtime)])), first.times);
  });

  test('extracts a snapshot as it was', () => {
    const target = path.join(workspace.folder, 'extracted');
    assert.equal(read(['extract', vault, ids[0]!, target]).status, 0);
    assert.deepEqual(readTree(target, { linkTimes: true, directoryTimes: true }), first.tree);
    assert.deepEqual(exactTimes(target, Object.keys(first.tree)), first.times);
  });

  test('verifies records, packs, objects, versions and the audit trail, and notices a flipped bit in each', () => {
    const { status, answer } = read(['verify', vault]);
    const { ok, snapshots, versions } = answer as { ok: boolean; snapshots: number; versions: number };
    assert.deepEqual([status, ok, snapshots, versions], [0, true, 3, 3]);
    const copy = path.join(workspace.folder, 'damaged');
    for (const kind of ['snapshots', 'labels', 'trash', 'audit', 'packs', path.join('sessions', sessionKey())]) {
      fs.cpSync(vault, copy, { recursive: true });
      const file = path.join(copy, kind, fs.readdirSync(path.join(copy, kind)).sort()[0]!);
      const bytes = fs.readFileSync(file);
      bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 4;
      fs.chmodSync(file, 0o600);
      fs.writeFileSync(file, bytes);
      assert.equal(read(['verify', copy]).status, 5, kind);
      fs.rmSync(copy, { recursive: true });
    }
  });

  test('needs no index, and no zstd of its own', () => {
    const copy = path.join(workspace.folder, 'bare');
    fs.cpSync(vault, copy, { recursive: true });
    for (const part of ['index', 'cache', 'locks', 'tmp']) fs.rmSync(path.join(copy, part), { recursive: true });
    assert.deepEqual(read(['--zstd', nodeZstd, 'files', copy, ids[0]!]).answer, { files: first.files });
  });

  test('nothing depends on where the vault lies, on the time zone or the locale', () => {
    const root = path.join(workspace.folder, 'else where', nameFromBytes(Buffer.from('wörk')));
    fs.cpSync(vault, vaultOf(root), { recursive: true, preserveTimestamps: true });
    const elsewhere = { TZ: 'Pacific/Chatham', LANG: 'C', LC_ALL: 'C' };
    assert.deepEqual(read(['files', vaultOf(root), ids[0]!], elsewhere).answer, { files: first.files });
    Object.assign(workspace.env, elsewhere);
    const there = (...args: string[]) => workspace.done('--root', root, ...args);
    assert.deepEqual(
      there('snapshot', 'files', ids[0]!, '--json').json(FileList).files,
      first.files.map(shown),
      'the command line reads it there',
    );
    there('snapshot', 'restore', ids[0]!);
    const restored = readTree(root, { except: ['.holdfast'], linkTimes: true, directoryTimes: true });
    assert.deepEqual(restored, first.tree);
    const { snapshot: again } = there('snapshot', 'create', '--json').json(SnapshotResult);
    assert.equal(read(['verify', vaultOf(root)], { TZ: 'America/St_Johns' }).status, 0);
    const { files } = read(['files', vaultOf(root), again.id]).answer as { files: Listed[] };
    assert.deepEqual(files.map(shown), first.files.map(shown), 'and snapshots what it restored');
  });

  const sessionKey = () => fs.readdirSync(path.join(vault, 'sessions'))[0]!;
});
