import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Of an input of a few megabytes, in MiB; the program alone takes about 100. */
const most = 512;
const child = fileURLToPath(new URL('./bomb-child.ts', import.meta.url));

const bombs = {
  'a tree of a million things': 'CORRUPT',
  'a tree whose one entry holds millions': 'CORRUPT',
  'a manifest of a million things': 'CORRUPT',
  'a bundle whose record says nothing': 'CORRUPT',
  'a bundle whose record is wrong a million times': 'CORRUPT',
  'a bundle of millions of links': 'ARCHIVE_UNSAFE',
};

describe('what is small and made to take much is refused, and takes little', { concurrency: 2 }, () => {
  for (const [name, code] of Object.entries(bombs)) {
    test(name, () => {
      const { stdout, stderr } = spawnSync(process.execPath, [child, name], { encoding: 'utf8', timeout: 60_000 });
      assert.ok(stdout, stderr);
      const { peak, ...told } = JSON.parse(stdout);
      assert.deepEqual(told, { code });
      assert.ok(peak < most, `${Math.round(peak)} MiB`);
    });
  }
});
