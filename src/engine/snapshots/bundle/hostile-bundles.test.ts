import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { code, placeWith } from '../../../../test/fixtures/engine.ts';
import { readTree } from '../../../../test/fixtures/tree.ts';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import { HoldfastError } from '../../errors.ts';
import { Pace } from '../../pace.ts';
import { chunkLength, encodeTree, type TreeEntry } from '../../vault/tree.ts';
import { listFiles } from '../files.ts';
import { BundleFile } from './bundle-file.ts';
import { exportSnapshot } from './export.ts';
import { importSnapshot } from './import.ts';
import { inspectBundle } from './inspect.ts';
import { bodyOf, bundleBytes, directoryEntry, fileEntry, linkEntry, sealed, sha256 } from './test-support.ts';

const place = placeWith({ a: 'x', docs: { b: 'y'.repeat(2000), c: 'z'.repeat(1_200_000) } });
after(() => place[Symbol.dispose]());
const real = await place.snapshot();
const file = `${place.path}/bundle`;

/** What `real` would be with this top directory. */
function describe(entries: readonly TreeEntry[], files: number, bytes: number): Snapshot {
  return { ...real, id: 'a'.repeat(20), tree: sha256(encodeTree(entries)), files, bytes };
}

async function attempt(bytes: Buffer): Promise<void> {
  fs.writeFileSync(file, bytes);
  const before = readTree(`${place.root}/.holdfast`);
  try {
    await importSnapshot(place.context, { file }, {});
  } finally {
    if (fs.readdirSync(`${place.root}/.holdfast/snapshots`).length === 1)
      assert.deepEqual(readTree(`${place.root}/.holdfast`), before);
  }
}

const x = fileEntry('x', 'x');
const object = (entries: readonly TreeEntry[]) => encodeTree(entries);
const content = Buffer.from('x');

const hostile: [what: string, expected: string, bytes: () => Buffer][] = [
  ['nothing', 'CORRUPT', () => Buffer.alloc(0)],
  ['another file', 'CORRUPT', () => randomBytes(5000)],
  ['a later version', 'NEWER_VERSION', () => sealed(Buffer.from(`holdfast-bundle-2\n${'x'.repeat(100)}`))],
  [
    'a record longer than the file',
    'CORRUPT',
    () => sealed(Buffer.from('holdfast-bundle-1\n\xff\xff\xff\x03', 'latin1')),
  ],
  ['an object too few', 'CORRUPT', () => bundleBytes(describe([x], 1, 1), [object([x])])],
  ['an object too many', 'CORRUPT', () => bundleBytes(describe([x], 1, 1), [object([x]), content, Buffer.from('z')])],
  ['an object twice', 'CORRUPT', () => bundleBytes(describe([x], 1, 1), [object([x]), content, content])],
  ['wrong counts', 'CORRUPT', () => bundleBytes(describe([x], 2, 1), [object([x]), content])],
  [
    'a wrong size',
    'CORRUPT',
    () =>
      bundleBytes(describe([{ ...x, size: 2 } as TreeEntry], 1, 2), [
        object([{ ...x, size: 2 } as TreeEntry]),
        content,
      ]),
  ],
  [
    'a directory that claims more than it has',
    'CORRUPT',
    () =>
      bundleBytes(describe([directoryEntry('d', [x], 2, 1)], 2, 1), [
        object([directoryEntry('d', [x], 2, 1)]),
        object([x]),
        content,
      ]),
  ],
  ...['..', '.', '', 'a/b', 'a\0b'].map((name): [string, string, () => Buffer] => [
    `the name ${JSON.stringify(name)}`,
    'CORRUPT',
    () => bundleBytes(describe([{ ...x, name }], 1, 1), [object([{ ...x, name }]), content]),
  ]),
  ['the same name twice', 'CORRUPT', () => bundleBytes(describe([x, x], 2, 2), [object([x, x]), content])],
  [
    'a vault',
    'ARCHIVE_UNSAFE',
    () =>
      bundleBytes(describe([directoryEntry('.holdfast', [x], 1, 1)], 1, 1), [
        object([directoryEntry('.holdfast', [x], 1, 1)]),
        object([x]),
        content,
      ]),
  ],
  [
    'a link that leads outside',
    'ARCHIVE_UNSAFE',
    () => bundleBytes(describe([linkEntry('l', '../x')], 0, 0), [object([linkEntry('l', '../x')])]),
  ],
  ...['', 'a\0b', 'x'.repeat(5000)].map((target): [string, string, () => Buffer] => [
    `a link with a text that none can have, of ${target.length} characters`,
    'ARCHIVE_UNSAFE',
    () => bundleBytes(describe([linkEntry('l', target)], 0, 0), [object([linkEntry('l', target)])]),
  ]),
  [
    'links that lead outside together',
    'ARCHIVE_UNSAFE',
    () => {
      const inner = [linkEntry('up', '..')];
      const top = [directoryEntry('d', inner), linkEntry('l', 'd/up/../x')];
      return bundleBytes(describe(top, 0, 0), [object(top), object(inner)]);
    },
  ],
  [
    'a scope outside the root',
    'ARCHIVE_UNSAFE',
    () => bundleBytes({ ...describe([], 0, 0), scope: { paths: ['../x'], areas: [] } }, [object([])]),
  ],
  [
    'an id that is a long name',
    'ARCHIVE_UNSAFE',
    () => bundleBytes({ ...describe([], 0, 0), id: 'a'.repeat(5000) }, [object([])]),
  ],
  [
    'pieces in the wrong order',
    'CORRUPT',
    () => {
      const pieces = [Buffer.alloc(chunkLength, 1), Buffer.alloc(chunkLength, 2)];
      const entry = {
        ...x,
        size: 2 * chunkLength,
        sha256: sha256(Buffer.concat(pieces)),
        chunks: [sha256(pieces[1]!), sha256(pieces[0]!)],
      } as TreeEntry;
      return bundleBytes(describe([entry], 1, 2 * chunkLength), [object([entry]), ...pieces]);
    },
  ],
  [
    'a bomb of directories in each other',
    'ARCHIVE_UNSAFE',
    () => {
      let entries: TreeEntry[] = [];
      const objects = [object(entries)];
      for (let level = 0; level < 40; level++) {
        entries = [directoryEntry('a', entries), directoryEntry('b', entries)];
        objects.push(object(entries));
      }
      return bundleBytes(describe(entries, 0, 0), objects);
    },
  ],
  [
    'directories too deep',
    'ARCHIVE_UNSAFE',
    () => {
      let entries: TreeEntry[] = [];
      const objects = [object(entries)];
      for (let level = 0; level < 3000; level++) {
        entries = [directoryEntry('a', entries)];
        objects.push(object(entries));
      }
      return bundleBytes(describe(entries, 0, 0), objects);
    },
  ],
];

for (const [what, expected, bytes] of hostile) {
  test(`refused, with nothing written: ${what}`, () => assert.rejects(attempt(bytes()), code(expected)));
}

test('a well-made bundle passes', async () => {
  using other = placeWith();
  const top = [directoryEntry('d', [x], 1, 1), linkEntry('l', 'd/x')];
  fs.writeFileSync(file, bundleBytes(describe(top, 1, 1), [object(top), object([x]), content]));
  assert.equal((await importSnapshot(other.context, { file }, {})).imported, true);
  assert.equal((await listFiles(other.context, 'a'.repeat(20))).length, 3);
});

test('whatever byte is changed: an error with a code, and whole when there is none', async () => {
  const original = `${place.path}/original`;
  await exportSnapshot(place.context, 'latest', { file: original }, {});
  const whole = fs.readFileSync(original);
  // More by option: HOLDFAST_FUZZ=100000 node --test …
  const rounds = Number(process.env.HOLDFAST_FUZZ ?? 2000);
  const seed = Number(process.env.HOLDFAST_FUZZ_SEED ?? Date.now() % 2 ** 31);
  const random = randomFrom(seed);
  const seen = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    // Half of them are sealed again, so that what lies below the seal is met.
    const bytes = round % 2 === 0 ? mutated(whole, random) : sealed(mutated(bodyOf(whole), random));
    fs.writeFileSync(file, bytes);
    let outcome = 'whole';
    let bundle: BundleFile | undefined;
    try {
      bundle = new BundleFile(place.context.ports, file);
      const { record } = await inspectBundle(bundle, 'linux', new Pace({}));
      assert.deepEqual(record, { snapshot: real }, `round ${round} of seed ${seed}`);
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code === 'FAILED')
        throw new Error(`round ${round} of seed ${seed}`, { cause: error });
      outcome = error.code;
    } finally {
      bundle?.close();
    }
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  assert.ok(seen.get('CORRUPT')! > rounds * 0.9, JSON.stringify([...seen]));
});

/** A small generator with a seed (mulberry32): a failing round can be run again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Flips a bit, overwrites, cuts, repeats or removes a part; headers more often than the long contents. */
function mutated(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = random(2) === 0 ? random(Math.min(3000, copy.length)) : random(copy.length);
  const length = Math.min(1 + random(random(2) === 0 ? 4 : 2000), copy.length - at);
  switch (random(6)) {
    case 0:
      copy[at] = copy[at]! ^ (1 << random(8));
      return copy;
    case 1:
      copy.fill([0, 0xff, 0x7f, random(256)][random(4)]!, at, at + length);
      return copy;
    case 2:
      return copy.subarray(0, at);
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    default:
      copy.copyWithin(at, random(copy.length), copy.length);
      return copy;
  }
}
