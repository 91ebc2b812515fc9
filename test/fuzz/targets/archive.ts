import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { createBackup } from '../../../src/engine/backups/create.ts';
import { inspectArchive } from '../../../src/engine/backups/inspect.ts';
import { restoreBackup } from '../../../src/engine/backups/restore.ts';
import { verifyBackup } from '../../../src/engine/backups/verify.ts';
import type { Random } from '../../crash/random.ts';
import { pax, rawTar } from '../../fixtures/archives.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { FuzzPlace, Prepared, Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { smallTree } from '../world.ts';
import { mutatedRecord } from './records.ts';

const block = 512;

/** Of other programs, with every kind of entry and header. */
const plain = rawTar([
  { name: 'd/', flag: '5' },
  { name: 'd/a', data: 'a'.repeat(600) },
  pax({ path: 'd/längere Namen', mtime: '1700000000.123456789', size: '3' }),
  { name: 'd/b', data: 'abc' },
  { name: '././@LongLink', flag: 'L', data: `d/${'long'.repeat(40)}\0` },
  { name: 'd/long', data: 'x' },
  { name: 'd/link', flag: '2', link: 'a' },
  { name: 'd/hard', flag: '1', link: 'd/a' },
]);

/** Headers whose sums fit again, so that what they say is believed. */
function withSums(tar: Buffer): Buffer {
  for (let at = 0; at + block <= tar.length; at += block) {
    if (tar.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    tar.fill(' ', at + 148, at + 156);
    let sum = 0;
    for (let byte = at; byte < at + block; byte++) sum += tar[byte]!;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return tar;
}

/** Something else in one field of one header. */
function withField(random: Random, tar: Buffer): Buffer {
  const copy = Buffer.from(tar);
  const headers: number[] = [];
  for (let at = 0; at + block <= copy.length; at += block)
    if (copy.toString('latin1', at + 257, at + 262) === 'ustar') headers.push(at);
  const at = random.pick(headers);
  const [offset, length] = random.pick<[number, number]>([
    [0, 100],
    [100, 8],
    [124, 12],
    [136, 12],
    [156, 1],
    [157, 100],
    [345, 155],
  ]);
  const values = [
    '',
    '..',
    '../x',
    '/x',
    'd',
    'd/a',
    './d/a',
    'a\\..\\b',
    '\xff',
    '777777777777',
    '-1',
    '\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff',
    '0',
    '1',
    '2',
    '5',
    'x',
    'g',
    'L',
    'K',
    'S',
    '7',
  ];
  const value = Buffer.from(random.pick(values), 'latin1');
  copy.fill(0, at + offset, at + offset + length);
  value.copy(copy, at + offset, 0, Math.min(length, value.length));
  return copy;
}

/** The manifest, or the first record, is what it is not; everything else fits. */
function withRecord(random: Random, tar: Buffer): Buffer {
  const name = random.pick(['.holdfast-backup/backup.json', '.holdfast-backup/manifest.json']);
  const at = tar.indexOf(`${name}\0`);
  const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
  const record = mutatedRecord(random, tar.subarray(at + block, at + block + size));
  const padded = (length: number) => Math.ceil(length / block) * block;
  const header = Buffer.from(tar.subarray(at, at + block));
  header.write(record.length.toString(8).padStart(11, '0'), 124);
  const rest = tar.subarray(at + block + padded(size));
  return Buffer.concat([
    tar.subarray(0, at),
    header,
    record,
    Buffer.alloc(padded(record.length) - record.length),
    rest,
  ]);
}

async function setUp(place: FuzzPlace): Promise<Prepared> {
  makeTree(place.root, { ...smallTree, long: 'x'.repeat(3000) });
  const context = place.open();
  const { file: made } = await createBackup(context, { to: path.join(place.directory, 'backups') }, {});
  const own = zlib.gunzipSync(fs.readFileSync(made));
  fs.rmSync(path.join(place.directory, 'backups'), { recursive: true });
  const file = path.join(place.directory, 'one.tar');
  const target = path.join(place.directory, 'to');
  const changed = (random: Random): Buffer => {
    const kind = random.below(8);
    const tar = random.pick([own, plain]);
    if (kind < 2) return mutated(random, tar);
    if (kind < 4) return withSums(mutated(random, tar));
    if (kind < 6) return withSums(withField(random, tar));
    return withSums(withRecord(random, own));
  };
  return {
    input: random => {
      const kind = random.below(10);
      if (kind === 0) return mutated(random, zlib.gzipSync(own, { level: 1 }));
      return kind === 1 ? zlib.gzipSync(changed(random), { level: 1 }) : changed(random);
    },
    parse: async (bytes, random) => {
      fs.writeFileSync(file, bytes);
      if (random.below(4) > 0) return await inspectArchive(context, file, { trustLinks: random.below(4) === 0 }, {});
      try {
        await verifyBackup(context, file, {});
        return await restoreBackup(context, file, { to: target }, {});
      } finally {
        fs.rmSync(target, { recursive: true, force: true });
      }
    },
  };
}

export const archive: Target = { name: 'archive', setUp };
