import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ending } from './workspace.ts';

/** How this process can have a file system of its own: by mounting one, or in a namespace where it may. */
export type Mounting = 'here' | 'in a namespace' | 'not at all';

export function mounting(): Mounting {
  if (process.platform !== 'linux') return 'not at all';
  const place = mkdtempSync(path.join(tmpdir(), 'holdfast-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', 'holdfast-test', place]).status === 0) {
      execFileSync('umount', [place]);
      return 'here';
    }
    const mount = ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'holdfast-test', place];
    return spawnSync('unshare', mount).status === 0 ? 'in a namespace' : 'not at all';
  } finally {
    rmdirSync(place);
  }
}

/** Runs a test file again, in a namespace where it may mount. @returns what it printed, when it failed */
export function inNamespace(file: string): string | undefined {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync('unshare', ['--map-root-user', '--mount', process.execPath, '--test', file], {
    env,
    encoding: 'utf8',
  });
  return run.status === 0 ? undefined : run.stdout + run.stderr;
}

export interface SmallDisk {
  /** Uses up all that is free but so many KiB, with one file; fails where that much is not free. */
  fill(leaving?: number): void;
  /** Makes it as large as `size` says (`20m`), with so many files at most. */
  resize(size: string, files?: number): void;
}

/** A real file system of `size` (`2m`), gone with the test. */
export function smallDisk(t: Ending, place: string, size: string): SmallDisk {
  mkdirSync(place, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},nr_inodes=10000`, 'holdfast-test', place]);
  t.after(() => execFileSync('umount', ['--lazy', place]));
  return {
    resize: (larger, files = 10_000) =>
      void execFileSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `remount,size=${larger},nr_inodes=${files}`,
        'holdfast-test',
        place,
      ]),
    fill: (leaving = 0) => {
      const file = openSync(path.join(place, 'filler'), 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        ftruncateSync(file, fstatSync(file).size - leaving * 1024);
      } finally {
        closeSync(file);
      }
    },
  };
}
