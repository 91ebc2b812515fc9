import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { flipBit, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import type { Ports } from '../ports.ts';
import { readSnapshotFile } from './files.ts';

/** Waits until the clock that stamps files is well past the last change: a scan trusts only older ones. */
const settle = () => pause(250);

/** Files of the root that are opened during a snapshot. */
async function opened(place: Place, more: Partial<Ports> = {}): Promise<string[]> {
  const names: string[] = [];
  const { fs: files } = watchedPorts(call => call.run());
  const spy = new Proxy(files, {
    get: (target, name: keyof typeof files) => {
      if (name !== 'openSync') return target[name];
      return (path: string, ...rest: [string]) => {
        const inRoot = String(path).startsWith(`${place.root}/`) && !String(path).includes('.holdfast');
        if (inRoot) names.push(String(path).slice(place.root.length + 1));
        return target.openSync(path, ...rest);
      };
    },
  });
  await place.snapshot(place.open({ fs: spy, ...more }));
  return names.sort();
}

async function settled(): Promise<Place> {
  const place = placeWith({ a: 'aaaa', b: { c: 'cccc', d: 'dddd' }, e: {} });
  await settle();
  await place.snapshot();
  return place;
}

test('unchanged files are not read again; one that changed is', async () => {
  using place = await settled();
  assert.deepEqual(await opened(place), []);
  fs.appendFileSync(`${place.root}/b/c`, 'more');
  fs.writeFileSync(`${place.root}/b/new`, 'new');
  assert.deepEqual(await opened(place), ['b/c', 'b/new']);
  assert.equal((await readSnapshotFile(place.context, 'latest', 'b/c')).toString(), 'ccccmore');
});

test('an edit of the same size with its time set back is captured', async () => {
  using place = await settled();
  const { atime, mtime } = fs.statSync(`${place.root}/a`);
  fs.writeFileSync(`${place.root}/a`, 'AAAA');
  fs.utimesSync(`${place.root}/a`, atime, mtime);
  await settle();
  assert.deepEqual(await opened(place), ['a']);
  assert.equal((await readSnapshotFile(place.context, 'latest', 'a')).toString(), 'AAAA');
});

test('so is a file that took the place of another with the same size and time', async () => {
  using place = await settled();
  const { atime, mtime } = fs.statSync(`${place.root}/a`);
  fs.writeFileSync(`${place.path}/other`, 'ZZZZ');
  fs.utimesSync(`${place.path}/other`, atime, mtime);
  fs.renameSync(`${place.path}/other`, `${place.root}/a`);
  await settle();
  assert.deepEqual(await opened(place), ['a']);
});

/** Ports of a file system that stamps files with every so many seconds only, as some do (FAT: 2), of changes too. */
function coarsePorts(seconds: number): Partial<Ports> {
  const whole = (milliseconds: number) => Math.floor(milliseconds / 1000 / seconds) * 1000 * seconds;
  const step = BigInt(seconds) * 1_000_000_000n;
  const { fs: files } = watchedPorts(call => call.run());
  const coarse = (name: 'lstatSync' | 'fstatSync') => (at: never, options?: { bigint?: boolean }) => {
    const real = files[name] as (at: never, options?: object) => unknown;
    const stat = real(at, options) as Record<string, number | bigint>;
    if (options?.bigint) {
      for (const time of ['mtimeNs', 'ctimeNs']) stat[time] = (BigInt(stat[time]!) / step) * step;
    } else for (const time of ['mtimeMs', 'ctimeMs']) stat[time] = whole(Number(stat[time]));
    return stat;
  };
  const proxied = new Proxy(files, {
    get: (target, name: keyof typeof files) =>
      name === 'lstatSync' || name === 'fstatSync' ? coarse(name) : target[name],
  });
  return { fs: proxied };
}

/** Ways in which other bytes of the same length get to a name. The last may give it the inode that it had. */
const edits: ((file: string, bytes: string) => void)[] = [
  (file, bytes) => fs.writeFileSync(file, bytes),
  (file, bytes) => {
    fs.writeFileSync(`${file}.new`, bytes);
    fs.renameSync(`${file}.new`, file);
  },
  (file, bytes) => {
    fs.rmSync(file);
    fs.writeFileSync(file, bytes);
  },
];

test('edits right after a snapshot are captured, though the file looks as it did', async () => {
  for (const ports of [{}, coarsePorts(1), coarsePorts(2)]) {
    using place = placeWith({ a: '0000' });
    const context = place.open(ports);
    const { atime, mtime } = fs.statSync(`${place.root}/a`);
    for (let number = 1; number < 25; number++) {
      const text = String(number).padStart(4, '0');
      await place.snapshot(context);
      edits[number % edits.length]!(`${place.root}/a`, text);
      if (number % 2 === 0) fs.utimesSync(`${place.root}/a`, atime, mtime);
      await place.snapshot(context);
      assert.equal((await readSnapshotFile(context, 'latest', 'a')).toString(), text);
    }
  }
});

test('without a cache, or with a damaged one, everything is read and nothing stored twice', async () => {
  using place = await settled();
  const cache = `${place.root}/.holdfast/cache/scan`;
  for (const damage of [() => fs.rmSync(cache), () => flipBit(cache, 60), () => fs.writeFileSync(cache, 'x')]) {
    damage();
    assert.deepEqual(await opened(place), ['a', 'b/c', 'b/d']);
    assert.equal(fs.readdirSync(`${place.root}/.holdfast/packs`).length, 1);
  }
});

test('a cache is not believed when a pack is gone that it vouches for', async () => {
  using place = await settled();
  for (const pack of fs.readdirSync(`${place.root}/.holdfast/packs`))
    fs.rmSync(`${place.root}/.holdfast/packs/${pack}`);
  assert.deepEqual(await opened(place), ['a', 'b/c', 'b/d']);
  assert.equal((await readSnapshotFile(place.open(), 'latest', 'a')).toString(), 'aaaa');
});

test('a mode or a time that changed is captured without reading the file’s neighbours', async () => {
  using place = await settled();
  fs.chmodSync(`${place.root}/b/c`, 0o600);
  assert.deepEqual(await opened(place), ['b/c']);
  fs.chmodSync(`${place.root}/b`, 0o700);
  assert.ok(!(await opened(place)).includes('b/d'));
});
