import type { Random } from '../crash/random.ts';

/** What stands in a length when somebody wants a reader to go wrong. */
const lengths = [0, 1, 2 ** 16, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

type Change = (random: Random, bytes: Buffer) => Buffer;

const changes: Change[] = [
  (random, bytes) => {
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    return bytes;
  },
  (random, bytes) => {
    bytes[random.below(bytes.length)] = random.pick([0, 1, 0x0a, 0x22, 0x2f, 0x7f, 0x80, 0xff]);
    return bytes;
  },
  (random, bytes) => bytes.subarray(0, random.below(bytes.length)),
  (random, bytes) => bytes.subarray(random.below(bytes.length)),
  (random, bytes) => {
    const [from, to] = range(random, bytes);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (random, bytes) => {
    const [from, to] = range(random, bytes);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (random, bytes) => {
    const at = random.below(bytes.length + 1);
    const noise = Buffer.from(Array.from({ length: 1 + random.below(40) }, () => random.below(256)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  (random, bytes) => {
    if (bytes.length >= 4) bytes.writeUInt32LE(random.pick([...lengths, bytes.length]), random.below(bytes.length - 3));
    return bytes;
  },
  (random, bytes) => {
    const at = random.below(bytes.length + 1);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(random.pick(lengths));
    return Buffer.concat([bytes.subarray(0, at), length, bytes.subarray(at)]);
  },
  (random, bytes) => {
    const [from, to] = range(random, bytes);
    bytes.copyWithin(random.below(bytes.length), from, to);
    return bytes;
  },
];

/** A copy with one to four things wrong with it. */
export function mutated(random: Random, bytes: Uint8Array): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0 && result.length > 0; count--)
    result = random.pick(changes)(random, result);
  return result;
}

/** Mostly a short one. */
function range(random: Random, bytes: Buffer): [from: number, to: number] {
  const from = random.below(bytes.length);
  const longest = random.pick([4, 16, 64, 1024, bytes.length]);
  return [from, Math.min(bytes.length, from + 1 + random.below(longest))];
}
