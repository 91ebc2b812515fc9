import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemError } from '../../../test/crash/faulty-files.ts';
import { filesChangedWhileRead } from '../../../test/fixtures/changing-files.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import type { FileCalls } from '../ports.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { decodeTree } from '../vault/tree.ts';
import { diffSnapshot } from './diff.ts';
import { listFiles } from './files.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };

const names = ['a', 'b', 'dir/a', 'dir/b', 'dir/inner/a', 'other/a', 'other/b', 'z'];
const name = fc.constantFrom(...names);
// Of two lengths: what has the same length and time is the same to a restore of what changed.
const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), name, text: fc.constantFrom('one', 'three') }),
  fc.record({ do: fc.constant('link' as const), name, to: name }),
  fc.record({ do: fc.constant('copy' as const), name, to: name }),
  fc.record({ do: fc.constant('remove' as const), name }),
  fc.record({ do: fc.constant('rename' as const), name: fc.constantFrom(...names, 'dir', 'other'), to: name }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What cannot be done is left. */
function change(root: string, steps: readonly Step[]): void {
  const at = (one: string) => `${root}/${one}`;
  for (const one of steps) {
    for (const directory of ['dir/inner', 'other']) fs.mkdirSync(at(directory), { recursive: true });
    try {
      if (one.do === 'write') fs.writeFileSync(at(one.name), one.text);
      else if (one.do === 'remove') fs.rmSync(at(one.name));
      else if (one.do === 'link') fs.linkSync(at(one.name), at(one.to));
      else if (one.do === 'copy') fs.cpSync(at(one.name), at(one.to), { preserveTimestamps: true });
      else fs.renameSync(at(one.name), at(one.to));
    } catch {
      // There is nothing of that name, or something else.
    }
  }
}

test(
  'whatever was linked, copied, renamed and edited since, all names come back, as one file or not',
  posix,
  async () => {
    const steps = fc.array(step, { minLength: 4, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, steps, async (before, after) => {
        using place = placeWith();
        change(place.root, before);
        const [one, tree] = [await place.snapshot(), place.tree()];
        change(place.root, after);
        const [two, later] = [await place.snapshot(), place.tree()];
        fs.rmSync(`${place.root}/.holdfast/cache`, { recursive: true });
        assert.equal((await place.snapshot()).tree, two.tree, 'the scan cache hides nothing');
        await restoreSnapshot(place.context, one.id, { deleteExtra: true }, {});
        assert.deepEqual(place.tree(), tree);
        const again = await restoreSnapshot(place.context, one.id, { deleteExtra: true }, {});
        assert.deepEqual([again.restored, again.deleted, again.safetySnapshot], [0, [], null]);
        await restoreSnapshot(place.context, two.id, { deleteExtra: true, overwrite: 'if-changed' }, {});
        assert.deepEqual(place.tree(), later);
        const files = await listFiles(place.context, two.id);
        const said = files.flatMap(({ path, sameAs }) => (sameAs === undefined ? [] : [[path, sameAs]]));
        const real = Object.entries(later).flatMap(([at, file]) =>
          file.type === 'file' && file.sameAs !== undefined ? [[at, file.sameAs]] : [],
        );
        assert.deepEqual(said, real);
      }),
      { numRuns: 15 },
    );
  },
);

/** Two names in one directory, one in another, and a file with the same bytes. */
function linked(): Place {
  const place = placeWith({ dir: { a: 'text' }, copy: 'text', z: {} });
  fs.linkSync(`${place.root}/dir/a`, `${place.root}/dir/b`);
  fs.linkSync(`${place.root}/dir/a`, `${place.root}/z/c`);
  return place;
}

test('a directory that holds all names of a file is the same tree wherever it lies', posix, async () => {
  using place = linked();
  fs.rmSync(`${place.root}/z/c`);
  const treeAt = async (at: string) => {
    const { tree } = await place.snapshot();
    const store = new ObjectStore(place.context);
    const entry = decodeTree(store.get(tree)).find(one => one.name === at);
    await store.close();
    return entry?.type === 'dir' && entry.tree;
  };
  const before = await treeAt('dir');
  fs.renameSync(`${place.root}/dir`, `${place.root}/renamed`);
  assert.equal(await treeAt('renamed'), before);
});

test('a part of the names: those that come back are one file, and nothing else is linked to', posix, async () => {
  using place = linked();
  const { id } = await place.snapshot();
  const to = `${place.path}/copy`;
  makeTree(to, { dir: { a: 'text' } }, { mtime: '2024-05-06T07:08:09.123Z' });
  await restoreSnapshot(place.context, id, { to, paths: ['dir/b', 'z'] }, {});
  const found = readTree(to);
  assert.deepEqual(
    ['dir/a', 'dir/b', 'z/c'].map(at => (found[at] as { sameAs?: string }).sameAs),
    [undefined, undefined, 'dir/b'],
  );
});

test('what is kept is linked to nothing', posix, async () => {
  using place = linked();
  const { id } = await place.snapshot();
  fs.rmSync(`${place.root}/dir/b`);
  const { dir: _, ...before } = place.tree();
  await restoreSnapshot(place.context, id, { overwrite: 'never' }, {});
  const { dir: __, 'dir/b': back, ...after } = place.tree();
  assert.deepEqual(after, before);
  assert.equal(back?.type === 'file' && back.sameAs, undefined);
});

test('a difference tells which names became one file, or ceased to be', posix, async () => {
  using place = linked();
  const { id } = await place.snapshot();
  fs.rmSync(`${place.root}/z/c`);
  fs.cpSync(`${place.root}/copy`, `${place.root}/z/c`, { preserveTimestamps: true });
  const { added, removed, modified, unchanged } = await diffSnapshot(place.context, id, null, [], {});
  assert.deepEqual([added, removed, unchanged], [[], [], 3]);
  assert.deepEqual(
    modified.map(({ path, before, after }) => [path, before.sameAs, after.sameAs]),
    [['z/c', 'dir/a', undefined]],
  );
});

const linux = { skip: process.platform !== 'linux' && 'asks the system which file is read' };

test('the bytes of a file are read once, and a file that is written to meanwhile stays one', linux, async () => {
  using place = linked();
  const victim = `${place.root}/dir/a`;
  const written = filesChangedWhileRead(victim, 1, () => fs.appendFileSync(victim, ' and more'));
  const { id } = await place.snapshot(place.open({ fs: written }));
  const files = await listFiles(place.context, id);
  const [a, b, c] = ['dir/a', 'dir/b', 'z/c'].map(at => files.find(({ path }) => path === at)!);
  assert.deepEqual([a!.size, b!.sha256, b!.sameAs, c!.sha256, c!.sameAs], [13, a!.sha256, 'dir/a', a!.sha256, 'dir/a']);
  let read = 0;
  const counting = new Proxy(fs, {
    get: (target, key: keyof typeof fs) =>
      key === 'readSync'
        ? (...args: Parameters<typeof fs.readSync>) => {
            if (/\/(dir|z)\//.test(fs.readlinkSync(`/proc/self/fd/${args[0]}`))) read++;
            return fs.readSync(...args);
          }
        : target[key],
  }) as unknown as FileCalls;
  fs.rmSync(`${place.root}/.holdfast/cache`, { recursive: true });
  await place.snapshot(place.open({ fs: counting }));
  assert.equal(read, 1);
});

test('where the file system makes no hard links, there are copies, and they are named', posix, async () => {
  using place = linked();
  const { id } = await place.snapshot();
  const without = new Proxy(fs, {
    get: (target, key: keyof typeof fs) =>
      key === 'linkSync'
        ? () => {
            throw systemError('EPERM', 'linkSync');
          }
        : target[key],
  }) as unknown as FileCalls;
  const to = `${place.path}/copy`;
  const { restored, verified, failed } = await restoreSnapshot(place.open({ fs: without }), id, { to }, {});
  assert.deepEqual([restored, verified], [4, 4]);
  assert.deepEqual(
    failed.map(({ path }) => path),
    ['dir/b', 'z/c'],
  );
  assert.match(failed[0]!.reason, /^it is a copy of "dir\/a" now/);
  const found = readTree(to);
  assert.deepEqual(Object.keys(found), Object.keys(place.tree()));
  assert.ok(Object.values(found).every(one => !('sameAs' in one)));
});
