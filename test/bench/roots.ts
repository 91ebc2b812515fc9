import { createCipheriv } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A root to measure on. Deterministic, so that runs can be compared. */
export interface Root {
  name: string;
  /** `scale` 0.01 makes a hundredth of it, for a trial. */
  says(scale: number): string;
  make(directory: string, scale: number): void;
  /** The file that changes between two snapshots: always a small one, where there are any. */
  changes: string;
}

const count = (number: number, scale: number) => Math.max(1, Math.round(number * scale));
const words = (number: number) => number.toLocaleString('en');

const smallRoot = (name: string, files: number): Root => ({
  name,
  says: scale => `${words(count(files, scale))} small JSON files`,
  make: (directory, scale) => makeSmallFiles(directory, count(files, scale)),
  changes: smallFile(0),
});

const megabyte = 2 ** 20;

export const roots: Root[] = [
  smallRoot('10k', 10_000),
  smallRoot('100k', 100_000),
  {
    name: 'large',
    says: scale =>
      `${words(count(988, scale))} MiB in files of 64, 8 and 1 MiB that compress to half, and ${words(count(2000, scale))} CSV files`,
    make: makeLarge,
    changes: 'tables/table-0.csv',
  },
  {
    name: 'huge',
    says: scale => `one file of ${words(count(4096, scale))} MiB that compresses to half`,
    make(directory, scale) {
      mkdirSync(directory, { recursive: true });
      writeHalfCompressible(join(directory, 'huge.bin'), count(4096, scale) * megabyte, 1);
    },
    changes: 'huge.bin',
  },
];

/** Changes a file so that it has bytes which it never had before. */
export function change(file: string, number: number): void {
  appendFileSync(file, `\n${number}`);
}

/** A hundred files to a directory. */
export function makeSmallFiles(directory: string, files: number): void {
  const next = randomNumbers(files);
  for (let number = 0; number < files; number++) {
    if (number % 100 === 0) mkdirSync(join(directory, smallFile(number), '..'), { recursive: true });
    const values = Array.from({ length: 60 + (next() % 200) }, () => next() % 10_000);
    const session = {
      id: `${number}-${next()}`,
      title: `Session ${number}`,
      updatedAt: 1_700_000_000 + next(),
      values,
    };
    writeFileSync(join(directory, smallFile(number)), JSON.stringify(session, null, 1));
  }
}

/** Where `makeSmallFiles` puts one of its files. */
export function smallFile(number: number): string {
  return `group-${String(Math.floor(number / 100)).padStart(4, '0')}/session-${number}.json`;
}

function makeLarge(directory: string, scale: number): void {
  for (const folder of ['models', 'tables']) mkdirSync(join(directory, folder), { recursive: true });
  const sizes = [...Array(8).fill(64), ...Array(50).fill(8), ...Array(76).fill(1)];
  for (const [number, size] of sizes.entries()) {
    writeHalfCompressible(join(directory, 'models', `model-${number}.bin`), Math.ceil(size * scale * megabyte), number);
  }
  const next = randomNumbers(1);
  for (let number = 0; number < count(2000, scale); number++) {
    const lines = Array.from(
      { length: 200 },
      (_, line) => `${line},${next() % 1000},${(next() % 1e6) / 100},item ${next() % 50}`,
    );
    writeFileSync(join(directory, 'tables', `table-${number}.csv`), `row,number,price,name\n${lines.join('\n')}\n`);
  }
}

/** In turn 64 KiB of noise, of hexadecimal digits and of lines as in a log: about half of it is left by compression. */
function writeHalfCompressible(file: string, bytes: number, seed: number): void {
  const stretch = 65_536;
  const zeros = Buffer.alloc(stretch);
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, `seed ${seed}`), Buffer.alloc(16));
  const kinds = [
    () => noise.update(zeros),
    () => Buffer.from(noise.update(zeros.subarray(stretch / 2)).toString('hex')),
    () => logLines(noise.update(zeros.subarray(0, 1024)), stretch),
  ];
  const descriptor = openSync(file, 'w');
  for (let at = 0; at < bytes; at += stretch) {
    writeSync(descriptor, kinds[(at / stretch) % 3]!(), 0, Math.min(stretch, bytes - at));
  }
  closeSync(descriptor);
}

function logLines(noise: Buffer, bytes: number): Buffer {
  const lines = Buffer.alloc(bytes, '\n');
  let at = 0;
  for (let number = 0; at < bytes; number++) {
    const value = noise.readUInt32LE((number * 4) % 1024);
    at += lines.write(
      `12:${value % 60} info request ${number} to /api/v1/sessions took ${value % 10_000} µs, status 200\n`,
      at,
    );
  }
  return lines;
}

/** A small linear congruential generator: the same numbers for the same seed on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** A hundred files to a directory, each of `bytes` bytes that no other has. */
export function makeFiles(directory: string, files: number, bytes: number): void {
  const content = Buffer.alloc(bytes);
  const next = randomNumbers(files);
  for (let at = 0; at < bytes; at++) content[at] = next();
  for (let number = 0; number < files; number++) {
    const folder = join(directory, `group-${String(Math.floor(number / 100)).padStart(4, '0')}`);
    if (number % 100 === 0) mkdirSync(folder, { recursive: true });
    content.write(String(number));
    writeFileSync(join(folder, `file-${number}.bin`), content);
  }
}
