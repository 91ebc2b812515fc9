import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { failingPorts, watchedPorts } from '../../../test/crash/faulty-files.ts';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { file, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { listSnapshots } from './list.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };

test('what was changed, removed and added since: only the extra stays, unless it is to go', posix, async () => {
  using place = placeWith({ changed: 'old', removed: 'r', mode: 'm', same: 's', dir: { in: 'x' }, to: link('same') });
  const { id } = await place.snapshot();
  const before = place.tree();
  fs.writeFileSync(`${place.root}/changed`, 'new');
  fs.rmSync(`${place.root}/removed`);
  fs.chmodSync(`${place.root}/mode`, 0o600);
  fs.rmSync(`${place.root}/to`);
  fs.symlinkSync('elsewhere', `${place.root}/to`);
  makeTree(`${place.root}/extra`, { a: 'x', b: { c: link('/etc') } });
  fs.writeFileSync(`${place.root}/dir/extra`, 'x');
  const broken = place.tree();

  const dry = await restoreSnapshot(place.context, id, { deleteExtra: true, dryRun: true }, {});
  assert.deepEqual(place.tree(), broken);
  assert.equal(dry.safetySnapshot, null);

  const kept = await restoreSnapshot(place.context, id, {}, {});
  assert.deepEqual(kept.deleted, []);
  assert.deepEqual([kept.restored, kept.overwritten, kept.unchanged, kept.verified], [4, 3, 2, 4]);
  const extra = Object.fromEntries(Object.entries(broken).filter(([path]) => path.includes('extra')));
  assert.deepEqual(place.tree(), { ...before, ...extra });

  const cleaned = await restoreSnapshot(place.context, id, { deleteExtra: true }, {});
  assert.deepEqual(cleaned.deleted.toSorted(), ['dir/extra', 'extra', 'extra/a', 'extra/b', 'extra/b/c']);
  assert.deepEqual(place.tree(), before);

  // And back to the mess: the safety snapshot of the first restore really undoes it.
  await restoreSnapshot(place.context, kept.safetySnapshot!, { deleteExtra: true }, {});
  assert.deepEqual(place.tree(), broken);
  assert.deepEqual(dry.deleted, cleaned.deleted);
});

test('each way to treat files that are there', posix, async () => {
  const now = Date.parse('2025-01-01T00:00:00Z');
  const old = now - 86_400_000;
  const run = async (overwrite: 'always' | 'if-changed' | 'if-newer' | 'never') => {
    using place = placeWith();
    makeTree(place.root, {
      older: file('AAA', { mtime: now }),
      newer: file('BBB', { mtime: now }),
      sameLook: file('CCC', { mtime: now }),
      gone: 'x',
    });
    const { id } = await place.snapshot();
    fs.rmSync(`${place.root}/gone`);
    makeTree(place.root, {
      older: file('aaa', { mtime: old }),
      newer: file('bbb', { mtime: now + 5000 }),
      sameLook: file('ccc', { mtime: now }),
    });
    const { restored } = await restoreSnapshot(place.context, id, { overwrite }, {});
    const text = ['older', 'newer', 'sameLook', 'gone'].map(name => fs.readFileSync(`${place.root}/${name}`, 'utf8'));
    return [restored, ...text];
  };
  assert.deepEqual(await run('always'), [4, 'AAA', 'BBB', 'CCC', 'x']);
  assert.deepEqual(await run('if-changed'), [3, 'AAA', 'BBB', 'ccc', 'x']);
  assert.deepEqual(await run('if-newer'), [2, 'AAA', 'bbb', 'ccc', 'x']);
  assert.deepEqual(await run('never'), [1, 'aaa', 'bbb', 'ccc', 'x']);
});

test('a directory where a file was, and the reverse', posix, async () => {
  using place = placeWith({ one: { inner: { a: 'x' } }, other: 'file', third: { b: 'x' } });
  const { id } = await place.snapshot();
  const before = place.tree();
  fs.rmSync(`${place.root}/one`, { recursive: true });
  fs.rmSync(`${place.root}/other`);
  fs.rmSync(`${place.root}/third`, { recursive: true });
  makeTree(place.root, { one: 'now a file', other: { now: { a: 'directory' } }, third: link('/etc') });
  const first = await restoreSnapshot(place.context, id, {}, {});
  assert.deepEqual(
    first.failed.map(({ path }) => path),
    ['other'],
    'what a directory holds is not removed unasked',
  );
  const { failed } = await restoreSnapshot(place.context, id, { deleteExtra: true }, {});
  assert.deepEqual(failed, []);
  assert.deepEqual(place.tree(), before);
});

test('a link in place of a directory is replaced, never followed', posix, async () => {
  using place = placeWith({ dir: { a: 'x', deep: { b: 'x' } } });
  const { id } = await place.snapshot();
  const before = place.tree();
  makeTree(`${place.path}/outside`, { a: 'precious', deep: {} });
  const outside = readTree(`${place.path}/outside`, { directoryTimes: true });
  fs.rmSync(`${place.root}/dir`, { recursive: true });
  fs.symlinkSync(`${place.path}/outside`, `${place.root}/dir`);
  const part = await restoreSnapshot(place.context, id, { paths: ['dir/a'] }, {});
  assert.deepEqual(
    part.failed.map(({ path }) => path),
    ['dir', 'dir/a'],
  );
  await restoreSnapshot(place.context, id, { deleteExtra: true }, {});
  assert.deepEqual(place.tree(), before);
  assert.deepEqual(readTree(`${place.path}/outside`, { directoryTimes: true }), outside);
});

test(
  'a directory that becomes a link while files are placed: all is taken back, and nothing outside changes',
  posix,
  async () => {
    using place = placeWith({ dir: { a: 'x' }, z: 'x' });
    const { id } = await place.snapshot();
    makeTree(place.root, { dir: { a: 'edited' }, z: 'edited' });
    makeTree(`${place.path}/outside`, { a: 'precious' });
    const outside = readTree(`${place.path}/outside`, { directoryTimes: true });
    const journal = `${place.root}/.holdfast/placement/journal.json`;
    const context = place.open(
      watchedPorts(call => {
        const result = call.run();
        if (
          call.name === 'renameSync' &&
          fs.existsSync(journal) &&
          !fs.lstatSync(`${place.root}/dir`).isSymbolicLink()
        ) {
          fs.renameSync(`${place.root}/dir`, `${place.path}/moved`);
          fs.symlinkSync(`${place.path}/outside`, `${place.root}/dir`);
        }
        return result;
      }),
    );
    await assert.rejects(restoreSnapshot(context, id, {}, {}), code('CONFLICT'));
    assert.deepEqual(readTree(`${place.path}/outside`, { directoryTimes: true }), outside);
    assert.equal(fs.readFileSync(`${place.root}/z`, 'utf8'), 'edited');
  },
);

test('what an application writes during a restore is kept, and told', posix, async () => {
  using place = placeWith({ a: 'x', b: 'x', gone: 'x' });
  const { id } = await place.snapshot();
  makeTree(place.root, { a: 'edited', b: 'edited' });
  fs.rmSync(`${place.root}/gone`);
  let done = false;
  const context = place.open(
    watchedPorts(call => {
      if (call.name === 'futimesSync' && !done) {
        done = true;
        fs.writeFileSync(`${place.root}/a`, 'by the application');
        fs.writeFileSync(`${place.root}/gone`, 'made by the application');
      }
      return call.run();
    }),
  );
  const { failed, restored } = await restoreSnapshot(context, id, {}, {});
  assert.deepEqual(failed.map(({ path }) => path).sort(), ['a', 'gone']);
  assert.equal(restored, 1);
  const text = ['a', 'b', 'gone'].map(name => fs.readFileSync(`${place.root}/${name}`, 'utf8'));
  assert.deepEqual(text, ['by the application', 'x', 'made by the application']);
});

test('a part only, to another directory, and things that are not there', posix, async () => {
  using place = placeWith({ one: { a: 'x', b: 'x' }, two: { c: 'x' }, three: 'x' });
  const { id } = await place.snapshot();
  const to = `${place.path}/to`;
  await restoreSnapshot(place.context, id, { to, paths: ['one/a', './two/'] }, {});
  assert.deepEqual(Object.keys(readTree(to)), ['one', 'one/a', 'two', 'two/c']);
  await assert.rejects(restoreSnapshot(place.context, id, { paths: ['four'] }, {}), code('NOT_FOUND'));
  await assert.rejects(restoreSnapshot(place.context, id, { paths: ['../x'] }, {}), code('INVALID_NAME'));
  await assert.rejects(restoreSnapshot(place.context, 'nothing', {}, {}), code('NOT_FOUND'));
  await assert.rejects(restoreSnapshot(place.context, id, { to: `${place.root}/three` }, {}), code('CONFLICT'));
  await assert.rejects(restoreSnapshot(place.context, id, { to: `${place.root}/.holdfast/x` }, {}), code('CONFLICT'));
  // A partial restore with deleteExtra removes only below what it is about.
  makeTree(place.root, { one: { extra: 'x' }, two: { extra: 'x' } });
  const { deleted } = await restoreSnapshot(place.context, id, { paths: ['one'], deleteExtra: true }, {});
  assert.deepEqual(deleted, ['one/extra']);
});

test('files elsewhere that are overwritten are in a safety snapshot that brings them back there', posix, async () => {
  using place = placeWith({ a: 'from the snapshot', b: 'x' });
  const { id } = await place.snapshot();
  const to = makeTree(`${place.path}/to`, { a: 'precious', other: 'x' });
  const before = readTree(to);
  const { safetySnapshot } = await restoreSnapshot(place.context, id, { to }, {});
  assert.equal(fs.readFileSync(`${to}/a`, 'utf8'), 'from the snapshot');
  await restoreSnapshot(place.context, safetySnapshot!, { to }, {});
  fs.rmSync(`${to}/b`);
  assert.deepEqual(readTree(to), before);
});

test('the root under another name is the root', posix, async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  fs.symlinkSync(place.root, `${place.path}/alias`);
  fs.writeFileSync(`${place.root}/a`, 'edited');
  const result = await restoreSnapshot(place.context, id, { to: `${place.path}/alias` }, {});
  assert.equal(result.to, place.root);
  assert.equal(fs.readFileSync(`${place.root}/a`, 'utf8'), 'x');
});

test('what holdfast.exclude leaves out is saved before it is overwritten', posix, async () => {
  using place = placeWith({ 'a.log': 'old', cache: { b: 'old', other: 'x' } });
  const { id } = await place.snapshot();
  makeTree(place.root, { 'a.log': 'precious', cache: { b: 'precious' } });
  const context = place.open({ settings: { user: { exclude: ['**/*.log', 'cache/**'] } } });
  const { safetySnapshot } = await restoreSnapshot(context, id, {}, {});
  assert.equal(fs.readFileSync(`${place.root}/a.log`, 'utf8'), 'old');
  await restoreSnapshot(place.context, safetySnapshot!, {}, {});
  assert.equal(fs.readFileSync(`${place.root}/a.log`, 'utf8'), 'precious');
  assert.equal(fs.readFileSync(`${place.root}/cache/b`, 'utf8'), 'precious');
});

test('a named pipe in the way stays, and is told', posix, async () => {
  using place = placeWith({ a: 'x', b: 'x' });
  const { id } = await place.snapshot();
  fs.rmSync(`${place.root}/a`);
  spawnSync('mkfifo', [`${place.root}/a`]);
  for (const deleteExtra of [false, true]) {
    const { failed } = await restoreSnapshot(place.context, id, { deleteExtra }, {});
    assert.deepEqual(
      failed.map(({ path }) => path),
      ['a'],
    );
    assert.ok(fs.lstatSync(`${place.root}/a`).isFIFO());
  }
});

test('cancelled at any moment, everything is as before and nothing is left', posix, async () => {
  using place = placeWith({ a: 'x', b: 'x', c: { d: 'x' } });
  const { id } = await place.snapshot();
  makeTree(place.root, { a: 'edited', extra: 'x' });
  const before = place.tree();
  for (let at = 1; ; at += 7) {
    let calls = 0;
    const stop = new AbortController();
    const context = place.open(
      watchedPorts(call => {
        if (++calls === at) stop.abort();
        return call.run();
      }),
    );
    try {
      await restoreSnapshot(context, id, { deleteExtra: true }, { signal: stop.signal });
      break;
    } catch (error) {
      assert.ok(code('CANCELLED')(error));
    }
    assert.deepEqual(place.tree(), before, `call ${at}`);
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/placement`), []);
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/tmp`), []);
  }
  assert.notDeepEqual(place.tree(), before);
});

test(
  'when neither the change nor the taking back works, nothing is lost and the next command finishes it',
  posix,
  async () => {
    using place = placeWith({ a: 'x', b: 'x', c: 'x' });
    const { id } = await place.snapshot();
    const after = place.tree();
    makeTree(place.root, { a: 'edited', b: 'edited', c: 'edited' });
    let renames = 0;
    const journal = `${place.root}/.holdfast/placement/journal.json`;
    const context = place.open(
      watchedPorts(call => {
        if (call.name === 'renameSync' && fs.existsSync(journal) && ++renames > 1) {
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        }
        return call.run();
      }),
    );
    await assert.rejects(restoreSnapshot(context, id, {}, {}), code('FAILED'));
    assert.ok(fs.existsSync(journal));
    await place.snapshot();
    assert.deepEqual(place.tree(), after);
    assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/placement`), []);
  },
);

test('a snapshot that failed for want of space adds nothing', async () => {
  using place = placeWith({ a: 'x' });
  await place.snapshot();
  const { ports } = failingPorts({ kind: 'ENOSPC', at: 1, lasting: true });
  await assert.rejects(place.snapshot({ ...place.context, ports }));
  assert.equal(listSnapshots(place.context, {}).total, 1);
});
