import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { code } from '../../../test/fixtures/engine.ts';
import { temporaryDirectory } from '../../../test/fixtures/tree.ts';
import type { FileCalls } from '../ports.ts';
import { ArchiveWriter } from './write-archive.ts';

const entries = 40;

/** Writes an archive whose `failing`-th write meets a full disk. @returns how many writes it took */
async function written(path: string, failing: number): Promise<number> {
  let writes = 0;
  const disk = new Proxy(fs, {
    get: (target, name: keyof typeof fs) =>
      name !== 'writeSync'
        ? target[name]
        : (...args: Parameters<typeof fs.writeSync>) => {
            if (++writes < failing) return fs.writeSync(...args);
            throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
          },
  }) as unknown as FileCalls;
  const file = fs.openSync(path, 'w');
  const writer = new ArchiveWriter(disk, file, path);
  try {
    for (let number = 0; number < entries; number++) {
      for (let turns = 0; turns < number % 4; turns++) await setImmediate();
      const content = randomBytes(number % 2 === 0 ? 90_000 : 10);
      await writer.entry({ name: `${number}`, size: content.length }, [content]);
    }
    await writer.finish();
    return writes;
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    fs.closeSync(file);
  }
}

test('a disk that becomes full between two entries, or within one, is called full', async () => {
  using place = temporaryDirectory();
  const path = `${place.path}/archive`;
  const writes = await written(path, Number.POSITIVE_INFINITY);
  assert.ok(writes > 10);
  for (let failing = 1; failing <= writes; failing++) await assert.rejects(written(path, failing), code('DISK_FULL'));
});
