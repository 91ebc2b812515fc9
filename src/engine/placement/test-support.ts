import assert from 'node:assert/strict';
import fs from 'node:fs';
import { systemError, watchedPorts } from '../../../test/crash/faulty-files.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { directory, file, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import type { Host, Ports } from '../ports.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';

const time = { mtime: '2024-05-06T07:08:09.123Z' };
const inner = directory({ c: 'old' }, { mode: 0o500 });
const before = directory({ a: 'old', b: file('old', { mode: 0o444 }), inner }, { mode: 0o555 });
const extra = directory({ more: directory({ e: 'new' }, { mode: 0o500 }) }, { mode: 0o555 });
const after = directory({ a: 'new', extra, inner: directory({ c: 'new' }, { mode: 0o500 }) }, { mode: 0o555 });

const treeOf = (place: Place) => readTree(place.root, { except: ['.holdfast'], directoryTimes: true });

/** As a file manager would: whatever its modes are. */
function clear(root: string): void {
  for (const name of ['', 'inner', 'extra', 'extra/more']) {
    if (fs.existsSync(`${root}/closed/${name}`)) fs.chmodSync(`${root}/closed/${name}`, 0o700);
  }
  fs.rmSync(`${root}/closed`, { recursive: true, force: true });
}

/** `fail` is asked before each move of a restore's swap, with its number from 1. */
function portsWith(root: string, fail: (move: number) => boolean): Ports {
  let moves = 0;
  return watchedPorts(call => {
    const isMove = ['renameSync', 'linkSync', 'rmdirSync'].includes(call.name);
    if (isMove && fs.existsSync(`${root}/.holdfast/placement/journal.json`)) moves++;
    if (fail(moves)) throw systemError('EIO', call.name);
    return call.run();
  });
}

/** A restore of some files, whose directories are not part of it; killed at each move, and finished or taken back. */
export async function restoreSomeIntoClosed(): Promise<void> {
  const shut = (text: string) => directory({ z: text }, { mode: 0o511 });
  const place = placeWith({ closed: before, shut: shut('old') });
  const { id } = await place.snapshot();
  const paths = ['closed/a', 'closed/inner/c', 'shut/z'];
  const areClosed = (when: string) => {
    const modes = ['closed', 'closed/inner', 'shut'].map(name => fs.statSync(`${place.root}/${name}`).mode & 0o777);
    assert.deepEqual(modes, [0o555, 0o500, 0o511], when);
  };
  try {
    for (let at = 1, died = true; died; at++) {
      died = false;
      clear(place.root);
      fs.chmodSync(`${place.root}/shut`, 0o700);
      makeTree(place.root, { closed: after, shut: shut('new') }, time);
      const dying = portsWith(place.root, move => {
        died ||= move >= at;
        return died;
      });
      await restoreSnapshot(place.open({ ...dying, host: deadHost(place) }), id, { paths }, {}).catch(() => {});
      // With it the restore cannot be finished, unless this file is in place already.
      if (at % 2 === 0) fs.writeFileSync(`${place.root}/shut/z`, 'newer');
      await place.snapshot();
      areClosed(`after a death at move ${at}`);
    }
  } finally {
    clear(place.root);
    fs.chmodSync(`${place.root}/shut`, 0o700);
    place[Symbol.dispose]();
  }
}

function deadHost({ context }: Place): Host {
  const { name, bootId } = context.ports.host;
  return { name, bootId, pid: 2 ** 22 + 7, processStart: () => 'dead by now' };
}

/** Restores into, and out of, directories that may not be written in; whole, failing at each move, killed at each move. */
export async function restoreIntoClosed(): Promise<void> {
  const place = placeWith({ closed: before });
  const { id } = await place.snapshot();
  const old = treeOf(place);
  const edit = () => {
    clear(place.root);
    makeTree(place.root, { closed: after }, time);
    return treeOf(place);
  };
  const restore = (ports?: Partial<Ports>) =>
    restoreSnapshot(ports ? place.open(ports) : place.context, id, { deleteExtra: true }, {});
  try {
    const edited = edit();
    const { failed, safetySnapshot } = await restore();
    assert.deepEqual([failed, treeOf(place)], [[], old]);
    await restoreSnapshot(place.context, safetySnapshot!, { deleteExtra: true }, {});
    assert.deepEqual(treeOf(place), edited);
    for (let at = 1; ; at++) {
      let failures = 0;
      const once = portsWith(place.root, move => move === at && failures++ === 0);
      const ended = await restore(once).catch(() => undefined);
      if (failures === 0) break;
      assert.equal(ended, undefined, `move ${at} failed`);
      assert.deepEqual(treeOf(place), edited, `after a failure of move ${at}`);
      await assert.rejects(restore({ ...portsWith(place.root, move => move >= at), host: deadHost(place) }));
      await place.snapshot();
      assert.deepEqual(treeOf(place), old, `after a death at move ${at}`);
      assert.deepEqual(edit(), edited);
    }
  } finally {
    clear(place.root);
    place[Symbol.dispose]();
  }
}
