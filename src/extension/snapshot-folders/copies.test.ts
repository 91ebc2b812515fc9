import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { test } from 'node:test';
import { SnapshotCopies } from './copies.ts';
import { copyOf } from './places.ts';

const about = {
  snapshot: 'k3f9aaaabbbbccccdddd',
  title: 'before',
  createdAt: '2025-01-01T00:00:00.000Z',
  root: '/a/state',
};
const later = () => Date.now() + 24 * 60 * 60_000;

/** A copy with a read-only file in a read-only directory, as a restore leaves it. */
async function filled(copies: SnapshotCopies) {
  const place = await copies.begin('Snapshot a/b: c (read-only)', about);
  const inside = join(place.content, 'deep');
  fs.mkdirSync(inside);
  fs.writeFileSync(join(inside, 'file'), 'x', { mode: 0o400 });
  if (process.platform === 'linux') fs.writeFileSync(Buffer.from(`${inside}/\xff`, 'latin1'), 'x', { mode: 0o400 });
  fs.chmodSync(inside, 0o500);
  await copies.seal(place);
  return place;
}

function inDirectory(run: (directory: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'holdfast-copies-'));
    try {
      await run(join(base, 'snapshots'));
      assert.deepEqual(fs.readdirSync(join(base, 'snapshots')), [], 'the test leaves none');
    } finally {
      fs.rmSync(base, { recursive: true });
    }
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (const limit = performance.now() + 30_000; !condition(); ) {
    assert.ok(performance.now() < limit, 'waited too long');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** The mark that a process which is gone left behind. */
function leaveMark(copy: string, host: string): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const mark = join(copy, `open-${pid}@${host}`);
  fs.writeFileSync(mark, '');
  return mark;
}

test(
  'a copy is private, named after the snapshot, and known by its path',
  inDirectory(async directory => {
    const copies = new SnapshotCopies(directory);
    const { copy, folder, content } = await filled(copies);
    assert.equal(folder, join(copy, 'Snapshot a-b- c (read-only)'));
    assert.equal(content, join(folder, 'state'));
    for (const path of [copy, folder, join(content, 'deep', 'file')]) assert.equal(copyOf(directory, path), copy);
    for (const path of [directory, join(directory, '..'), join(directory, '..', 'x')])
      assert.equal(copyOf(directory, path), undefined);
    assert.deepEqual(await copies.about(copy), { ...about, content });
    if (process.platform !== 'win32') {
      assert.equal(fs.statSync(copy).mode & 0o777, 0o700);
      for (const path of [folder, content]) assert.equal(fs.statSync(path).mode & 0o222, 0);
    }
    copies.release(copy);
    await copies.remove(copy);
  }),
);

test(
  'what a window has open stays, and what its crash left behind goes, but not at once',
  inDirectory(async directory => {
    const copies = new SnapshotCopies(directory);
    const { copy } = await filled(copies);
    await copies.sweep(later());
    await copies.remove(copy);
    assert.ok(fs.existsSync(copy), 'this process has it open');

    copies.release(copy);
    leaveMark(copy, hostname());
    await copies.sweep(Date.now());
    assert.ok(fs.existsSync(copy), 'a window that starts anew may still come for it');
    await copies.sweep(later());
  }),
);

test(
  'a process that has the number of one that is gone does not keep its copy, nor does one that only waits to be asked',
  { skip: process.platform !== 'linux' && 'elsewhere starts are told to the second, or not at all' },
  inDirectory(async directory => {
    const copies = new SnapshotCopies(directory);
    const [reused, unmarked] = [(await filled(copies)).copy, (await filled(copies)).copy];
    for (const [copy, start] of [
      [reused, '1'],
      [unmarked, ''],
    ] as const) {
      copies.release(copy);
      fs.writeFileSync(join(copy, `open-${process.pid}@${hostname()}`), start);
    }
    await copies.sweep(later());
    assert.ok(!fs.existsSync(reused));
    assert.ok(fs.existsSync(unmarked), 'who has it open is still saying so');
    copies.release(unmarked);

    // A shell that became another program asks nobody about its children: one that ends from then on waits for ever.
    const script = 'cat <&3 & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
    try {
      const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
      const pid = line.toString().trim();
      await until(() => fs.readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
      (parent.stdio[3] as Writable).end();
      await until(() => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '));
      fs.writeFileSync(join(unmarked, `open-${pid}@${hostname()}`), '');
      await copies.sweep(later());
    } finally {
      parent.kill('SIGKILL');
    }
  }),
);

test(
  'a window on another machine has it open as long as it says so',
  inDirectory(async directory => {
    const copies = new SnapshotCopies(directory);
    const { copy } = await filled(copies);
    copies.release(copy);
    const mark = leaveMark(copy, 'elsewhere');
    await copies.sweep(later());
    assert.ok(fs.existsSync(copy));
    const before = new Date(Date.now() - 2 * 60 * 60_000);
    fs.utimesSync(mark, before, before);
    await copies.sweep(later());
  }),
);

test(
  'a removal that was interrupted is completed, and two at once do not disturb each other',
  inDirectory(async directory => {
    const copies = new SnapshotCopies(directory);
    for (let count = 0; count < 3; count++) copies.release((await filled(copies)).copy);
    const [first] = fs.readdirSync(directory);
    fs.renameSync(join(directory, first!), join(directory, `${first}.removing`));
    await Promise.all([copies.sweep(later()), new SnapshotCopies(directory).sweep(later())]);
  }),
);

test('where no copy was ever made there is nothing to sweep', async () => {
  await new SnapshotCopies(join(tmpdir(), 'holdfast-never-made')).sweep(later());
});
