import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { createBackup } from '../backups/create.ts';
import { inspectArchive } from '../backups/inspect.ts';
import { HoldfastError } from '../errors.ts';
import { listFiles } from './files.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };

const inside = { a: 'one', deep: { b: 'two', c: 'three', d: 'four' } };
const outside = { a: 'secret', deep: { b: 'secret', c: 'secret', 'only outside': 'secret' } };

/** Ports that put a link to the outside in the place of `dir` after the call with this number, of those that `counts`. */
function swappingPorts(place: Place, number: number, counts: (name: string, root: string) => boolean) {
  let calls = 0;
  let swapped = false;
  const ports = watchedPorts(call => {
    const result = call.run();
    if (!swapped && counts(call.name, place.root) && ++calls === number) {
      swapped = true;
      fs.renameSync(`${place.root}/dir`, `${place.path}/moved`);
      fs.symlinkSync(`${place.path}/outside`, `${place.root}/dir`);
    }
    return result;
  });
  return { ports, swapped: () => swapped };
}

function swapBack({ root, path }: Place): void {
  fs.rmSync(`${root}/dir`);
  fs.renameSync(`${path}/moved`, `${root}/dir`);
}

const isLook = (name: string) => ['lstatSync', 'readdirSync', 'openSync', 'readSync'].includes(name);

test(
  'a directory swapped for a link at any moment of a snapshot or backup: nothing outside is read',
  posix,
  async () => {
    using place = placeWith({ dir: inside, z: 'x' });
    makeTree(`${place.path}/outside`, outside);
    const to = `${place.path}/backups`;
    const taken = {
      snapshot: async (ports: object) => {
        const { id } = await place.snapshot(place.open(ports));
        return (await listFiles(place.context, id)).filter(({ type }) => type === 'file');
      },
      backup: async (ports: object) => {
        const { file } = await createBackup(place.open(ports), { to }, {});
        const { entries } = await inspectArchive(place.context, file, { trustLinks: true }, {});
        return entries.filter(({ type }) => type === 'file');
      },
    };
    const own = new Set((await taken.snapshot({})).map(({ path, sha256 }) => `${path} ${sha256}`));
    for (const [what, take] of Object.entries(taken)) {
      for (let number = 1; ; number++) {
        const { ports, swapped } = swappingPorts(place, number, isLook);
        fs.rmSync(`${place.root}/.holdfast/cache`, { recursive: true, force: true });
        const files = await take(ports);
        if (!swapped()) break;
        swapBack(place);
        const foreign = files.map(({ path, sha256 }) => `${path} ${sha256}`).filter(one => !own.has(one));
        assert.deepEqual(foreign, [], `${what}, swapped after look ${number}`);
      }
    }
  },
);

test('a directory swapped for a link between any two moves of a restore: nothing outside changes', posix, async () => {
  using place = placeWith({ dir: inside, z: 'x' });
  const { id } = await place.snapshot();
  makeTree(`${place.path}/outside`, outside);
  const before = readTree(`${place.path}/outside`, { directoryTimes: true });
  const isMove = (name: string, root: string) =>
    ['linkSync', 'renameSync', 'chmodSync'].includes(name) && fs.existsSync(`${root}/.holdfast/placement/journal.json`);
  for (let number = 1; ; number++) {
    makeTree(place.root, { dir: { a: 'edited', deep: { c: 'edited' } }, z: 'edited' });
    for (const gone of ['b', 'd']) fs.rmSync(`${place.root}/dir/deep/${gone}`, { force: true });
    const { ports, swapped } = swappingPorts(place, number, isMove);
    const restoring = restoreSnapshot(place.open(ports), id, {}, {});
    await restoring.catch(error => assert.ok(HoldfastError.is(error, 'CONFLICT', 'FAILED'), error));
    const now = readTree(`${place.path}/outside`, { directoryTimes: true });
    assert.deepEqual(now, before, `swapped after move ${number}`);
    if (!swapped()) break;
    swapBack(place);
    await place.snapshot();
  }
});
