import fs from 'node:fs';
import { inspectArchive } from '../../src/engine/backups/inspect.ts';
import { HoldfastError } from '../../src/engine/errors.ts';
import { bundleMagic } from '../../src/engine/snapshots/bundle/format.ts';
import { importSnapshot } from '../../src/engine/snapshots/bundle/import.ts';
import { bundleBytes, linkEntry, sha256 } from '../../src/engine/snapshots/bundle/test-support.ts';
import { decodeTree, encodeTree, type TreeEntry } from '../../src/engine/vault/tree.ts';
import type { Snapshot } from '../../src/protocol/snapshots.ts';
import { rawTar } from '../fixtures/archives.ts';
import { placeWith } from '../fixtures/engine.ts';
import { sealed } from './sealed.ts';
import { resealed } from './targets/records.ts';

/**
 * Reads something small that is made to take much, and prints the code it was refused with and the peak of memory in MiB:
 *
 *     node test/fuzz/bomb-child.ts NAME
 */
const list = (item: string, count: number) => `[${`${item},`.repeat(count - 1)}${item}]`;
const record = (body: string) =>
  resealed(Buffer.from(`{"schemaVersion":1,"savedAt":"2026-11-21T10:00:00.000Z",${body}`));
const bundle = (bytes: Buffer) => async () => {
  using place = placeWith({});
  const file = `${place.path}/bomb.holdfast`;
  fs.writeFileSync(file, bytes);
  await importSnapshot(place.context, { file }, {});
};
const bundleOfRecord = (bytes: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return bundle(sealed(Buffer.concat([bundleMagic, length, bytes])));
};

/** A directory of links that is in a thousand places. */
function manyLinks(): Buffer {
  const names = Array.from({ length: 1500 }, (_, number) => String(number).padStart(4, '0'));
  const links = encodeTree(names.map(name => linkEntry(name, 'x')));
  const common = { type: 'dir' as const, mode: 0o755, mtime: '0', tree: sha256(links), files: 0, bytes: 0 };
  const tree = encodeTree(names.map((name): TreeEntry => ({ name, ...common })));
  const id = 'a'.repeat(20);
  const words = { title: '', description: '', tags: [], pinned: false, reason: 'manual' as const, host: 'h' };
  const numbers = { files: 0, bytes: 0, newBytes: 0, storedBytes: 0, durationMs: 0 };
  const scope = { paths: [], areas: [] };
  const createdAt = '2026-11-21T10:00:00.000Z';
  const facts = { id, rootId: id, createdAt, parent: null, scope, tree: sha256(tree), skipped: [] };
  return bundleBytes({ ...words, ...numbers, ...facts } satisfies Snapshot, [tree, links]);
}

const bombs: Record<string, () => unknown> = {
  'a tree of a million things': () => decodeTree(Buffer.from(`{"tree":1,"entries":${list('{}', 1_000_000)}}`)),
  'a tree whose one entry holds millions': () =>
    decodeTree(Buffer.from(`{"tree":1,"entries":[{"name":${list('[]', 8_000_000)}}]}`)),
  'a manifest of a million things': async () => {
    using place = placeWith({});
    const file = `${place.path}/bomb.tar`;
    const data = record(`"manifest":{"entries":${list('{}', 1_000_000)},"omitted":[]}`);
    fs.writeFileSync(file, rawTar([{ name: '.holdfast-backup/manifest.json', data }]));
    await inspectArchive(place.context, file, { trustLinks: false }, {});
  },
  'a bundle whose record says nothing': bundleOfRecord(
    record(`"bundle":{"snapshot":{"skipped":${list('[]', 5_000_000)}}}`),
  ),
  'a bundle whose record is wrong a million times': bundleOfRecord(
    record(`"bundle":{"snapshot":{"tags":${list('{}', 1_000_000)}}}`),
  ),
  'a bundle of millions of links': bundle(manyLinks()),
};

const [name = ''] = process.argv.slice(2);
let code = 'taken';
try {
  await bombs[name]?.();
} catch (error) {
  code = HoldfastError.is(error) ? error.code : String(error);
}
process.stdout.write(JSON.stringify({ code, peak: process.resourceUsage().maxRSS / 1024 }));
