import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Roots to measure on. Deterministic, so that runs on one machine can be compared. */
export function makeSmallFiles(directory: string, count: number): void {
  const next = randomNumbers(count);
  for (let number = 0; number < count; number++) {
    const folder = join(directory, `group-${String(Math.floor(number / 100)).padStart(4, '0')}`);
    if (number % 100 === 0) mkdirSync(folder, { recursive: true });
    const values = Array.from({ length: 60 + (next() % 200) }, () => next() % 10_000);
    const session = {
      id: `${number}-${next()}`,
      title: `Session ${number}`,
      updatedAt: 1_700_000_000 + next(),
      values,
    };
    writeFileSync(join(folder, `session-${number}.json`), JSON.stringify(session, null, 1));
  }
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
export function makeFiles(directory: string, count: number, bytes: number): void {
  const content = Buffer.alloc(bytes);
  const next = randomNumbers(count);
  for (let at = 0; at < bytes; at++) content[at] = next();
  for (let number = 0; number < count; number++) {
    const folder = join(directory, `group-${String(Math.floor(number / 100)).padStart(4, '0')}`);
    if (number % 100 === 0) mkdirSync(folder, { recursive: true });
    content.write(String(number));
    writeFileSync(join(folder, `file-${number}.bin`), content);
  }
}
