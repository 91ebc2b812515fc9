import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { directory, file, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { applyMigration } from './apply.ts';
import { listMigrations } from './list.ts';
import { undoMigration } from './undo.ts';

const posix = { skip: process.platform === 'win32' };

function placeWithOld(): Place & { old: string; parent: string } {
  const place = placeWith({ kept: 'k' });
  const parent = makeTree(
    `${place.path}/lib`,
    { old: { a: file('x', { mode: 0o440 }), sub: directory({ b: 'y', empty: {}, to: link('b') }, { mode: 0o550 }) } },
    { mtime: '2023-03-04T05:06:07.891Z' },
  );
  return Object.assign(place, { parent, old: `${parent}/old` });
}

/** Without waiting for the disk: the order of the calls is what these tests are about. */
const isSync = (name: string) => name === 'fsyncSync' || name === 'syncFileSystem';
const unsynced = (place: Place) =>
  place.open(watchedPorts(call => (isSync(call.name) ? call.name !== 'fsyncSync' : call.run())));

/** As if the process were killed before its `at`-th change: no call that would change something does any more. */
async function dieAt(place: Place, at: number, run: (context: Place['context']) => Promise<unknown>): Promise<boolean> {
  let changes = 0;
  const ports = watchedPorts(call => {
    if (isSync(call.name)) return call.name !== 'fsyncSync';
    if (!call.shows) return call.run();
    changes++;
    if (changes >= at) throw Object.assign(new Error('dead'), { code: 'EIO' });
    return call.run();
  });
  await run(place.open(ports)).catch(() => {});
  fs.rmSync(`${place.root}/.holdfast/locks/migrate.json`, { force: true });
  return changes >= at;
}

for (const operation of ['link', 'undo'] as const) {
  test(`killed at any change, ${operation} can be done again and nothing is lost`, posix, async () => {
    for (let at = 1, died = true; died; at++) {
      using place = placeWithOld();
      const from = [place.old];
      const everything = () => readTree(place.parent, { directoryTimes: true });
      const before = everything();
      const inRoot = place.tree();
      const toLink = (context: Place['context']) =>
        applyMigration(context, { from, set: { target: 'new' }, after: 'link' }, {});
      const back = async (context: Place['context']) => {
        const [{ id, status } = assert.fail()] = listMigrations(context);
        if (status === 'completed') await undoMigration(context, id, {});
      };
      await applyMigration(unsynced(place), { from, set: { target: 'new' } }, {});
      if (operation === 'undo') await toLink(unsynced(place));
      died = await dieAt(place, at, operation === 'undo' ? back : toLink);
      const now = fs.lstatSync(place.old, { throwIfNoEntry: false });
      if (now) assert.equal(fs.readFileSync(`${place.old}/sub/b`, 'utf8'), 'y', `${operation} ${at}`);
      if (operation === 'link') {
        await toLink(unsynced(place));
        assert.ok(fs.lstatSync(place.old).isSymbolicLink(), `${operation} ${at}`);
        assert.deepEqual(Object.keys(everything()), ['old'], `${operation} ${at}`);
      }
      await back(unsynced(place));
      assert.deepEqual(everything(), before, `${operation} ${at}`);
      assert.deepEqual(place.tree(), inRoot, `${operation} ${at}`);
    }
  });
}

test('what is written to a directory while a link takes its place stays, and is told', posix, async () => {
  using place = placeWithOld();
  let written = false;
  const ports = watchedPorts(call => {
    const result = call.run();
    if (call.name === 'renameSync' && !written && !fs.existsSync(place.old)) {
      written = true;
      const aside = fs.readdirSync(place.parent).find(name => fs.lstatSync(`${place.parent}/${name}`).isDirectory());
      fs.writeFileSync(`${place.parent}/${aside}/new`, 'n');
    }
    return result;
  });
  const { omitted } = await applyMigration(place.open(ports), { from: [place.old], after: 'link' }, {});
  assert.ok(written);
  assert.match(omitted[0]?.reason ?? '', /changed while it was being replaced/);
  assert.equal(fs.readFileSync(`${place.old}/new`, 'utf8'), 'n');
  assert.ok(fs.lstatSync(place.old).isDirectory());
});
