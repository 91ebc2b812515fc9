import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { code, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import type { Host } from '../ports.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';
import { placementHome } from './home.ts';
import { type Journal, writeJournal } from './journal.ts';

const posix = { skip: process.platform === 'win32' };

/** A restore that stands still after `steps` moves of its swap, for good: as if its process had been killed there. */
async function halfRestored(steps: number): Promise<Place & { id: string }> {
  const place = placeWith({ a: 'old', dir: { b: 'old', c: 'old' }, gone: { d: 'old' } });
  const { id } = await place.snapshot();
  makeTree(place.root, { a: 'new', dir: { b: 'new', c: 'new' }, extra: 'x' });
  fs.rmSync(`${place.root}/gone`, { recursive: true });
  const journal = `${place.root}/.holdfast/placement/journal.json`;
  let moves = 0;
  const ports = watchedPorts(call => {
    const isMove = ['renameSync', 'linkSync'].includes(call.name) && fs.existsSync(journal);
    if (isMove) moves++;
    if (moves > steps) throw new Error('dead');
    return call.run();
  });
  const { name, bootId } = place.context.ports.host;
  const host: Host = { name, bootId, pid: 2 ** 22 + 7, processStart: () => 'dead by now' };
  await assert.rejects(restoreSnapshot(place.open({ ...ports, host }), id, { deleteExtra: true }, {}));
  assert.ok(fs.existsSync(journal));
  return Object.assign(place, { id });
}

const after = ['a', 'dir', 'dir/b', 'dir/c', 'gone', 'gone/d'];

test('the next command finishes a restore that was killed in the middle of its renames', posix, async () => {
  for (const steps of [0, 1, 2, 3, 4, 5]) {
    using place = await halfRestored(steps);
    await place.snapshot();
    assert.deepEqual(Object.keys(place.tree()), after);
    assert.equal(fs.readFileSync(`${place.root}/dir/b`, 'utf8'), 'old');
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/placement`), []);
  }
});

test('what somebody did to the tree meanwhile is not lost, and stops nothing', posix, async () => {
  for (const steps of [1, 3]) {
    using place = await halfRestored(steps);
    fs.rmSync(`${place.root}/dir`, { recursive: true });
    fs.writeFileSync(`${place.root}/extra`, 'made anew');
    fs.mkdirSync(`${place.root}/gone`, { recursive: true });
    fs.writeFileSync(`${place.root}/gone/d`, 'made anew');
    await place.snapshot();
    assert.equal(fs.readFileSync(`${place.root}/a`, 'utf8'), 'old');
    const kept = Object.keys(place.tree()).filter(path => fs.statSync(`${place.root}/${path}`).isFile());
    const texts = kept.map(path => fs.readFileSync(`${place.root}/${path}`, 'utf8'));
    assert.ok(texts.includes('made anew'), kept.join());
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/placement`), []);
  }
});

test('a directory that became a link to the outside: nothing goes there', posix, async () => {
  for (const steps of [0, 1, 2, 3, 4]) {
    using place = await halfRestored(steps);
    makeTree(`${place.path}/outside`, { b: 'precious', d: 'precious' });
    const outside = readTree(`${place.path}/outside`, { directoryTimes: true });
    for (const name of ['dir', 'gone']) {
      fs.rmSync(`${place.root}/${name}`, { recursive: true, force: true });
      fs.symlinkSync(`${place.path}/outside`, `${place.root}/${name}`);
    }
    await place.snapshot().catch(() => {});
    assert.deepEqual(readTree(`${place.path}/outside`, { directoryTimes: true }), outside);
    for (const name of ['dir', 'gone']) fs.rmSync(`${place.root}/${name}`);
    await place.snapshot();
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/placement`), []);
  }
});

test('a planted journal cannot point out of the root', posix, async () => {
  using place = placeWith({ a: 'x' });
  await place.snapshot();
  fs.writeFileSync(`${place.path}/app/data/victim`, 'precious');
  const home = placementHome(place.context, place.root);
  const steps: Journal['steps'][] = [
    [{ do: 'delete', path: '../victim', displaced: 0 }],
    [{ do: 'put', path: '../victim', staged: 0, displaced: null }],
    [{ do: 'rmdir', path: 'a/../..', mode: 0o755, mtime: '0' }],
    [{ do: 'mkdir', path: '/tmp/x' }],
  ];
  for (const one of steps) {
    fs.mkdirSync(home.staged, { recursive: true });
    fs.mkdirSync(home.displaced, { recursive: true });
    fs.writeFileSync(`${home.staged}/0`, 'evil');
    writeJournal(place.context.ports, home, { steps: one, directories: [], closed: [] });
    await assert.rejects(place.snapshot(), code('CORRUPT'));
    assert.equal(fs.readFileSync(`${place.path}/app/data/victim`, 'utf8'), 'precious');
  }
});

test('a link where the private directory belongs: nothing that it leads to is touched', posix, async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  makeTree(`${place.path}/outside`, { staged: { 0: 'precious' }, precious: 'precious' });
  const outside = readTree(`${place.path}/outside`, { directoryTimes: true });
  const to = makeTree(`${place.path}/to`, {});
  fs.symlinkSync(`${place.path}/outside`, `${to}/.holdfast-restore`);
  await assert.rejects(restoreSnapshot(place.context, id, { to }, {}), code('CONFLICT'));
  await restoreSnapshot(place.context, id, {}, {});
  fs.rmSync(`${place.root}/.holdfast/placement`, { recursive: true });
  fs.symlinkSync(`${place.path}/outside`, `${place.root}/.holdfast/placement`);
  await assert.rejects(restoreSnapshot(place.context, id, {}, {}), code('CONFLICT'));
  await assert.rejects(place.snapshot(), code('CONFLICT'));
  assert.deepEqual(readTree(`${place.path}/outside`, { directoryTimes: true }), outside);
});

test('a file where a directory was to be: all is taken back, once and for all', posix, async () => {
  const steps: Journal['steps'] = [
    { do: 'mkdir', path: 'a/new' },
    { do: 'rmdir', path: 'a/empty', mode: 0o755, mtime: '0' },
    { do: 'put', path: 'a/file', staged: 1, displaced: null },
  ];
  for (const step of steps) {
    using place = placeWith({ a: 'file' });
    await place.snapshot();
    const home = placementHome(place.context, place.root);
    makeTree(home.staged, { 0: 'new' });
    makeTree(home.displaced, {});
    writeJournal(place.context.ports, home, {
      steps: [{ do: 'put', path: 'b', staged: 0, displaced: null }, { do: 'mkdir', path: 'c' }, step, steps[0]!],
      directories: [],
      closed: [],
    });
    await place.snapshot();
    assert.deepEqual(Object.keys(place.tree()), ['a'], step.do);
    assert.deepEqual(fs.readdirSync(home.directory), []);
  }
});

test('what a killed placement left before its journal is forgotten', posix, async () => {
  using place = placeWith({ a: 'x' });
  await place.snapshot();
  const home = placementHome(place.context, place.root);
  makeTree(home.staged, { 0: 'half' });
  makeTree(home.displaced, {});
  fs.writeFileSync(`${home.directory}/.0123.holdfast-tmp`, 'half a lock');
  await place.snapshot();
  assert.deepEqual(fs.readdirSync(home.directory), []);
  assert.deepEqual(Object.keys(place.tree()), ['a']);
});
