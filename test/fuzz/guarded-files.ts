import fs from 'node:fs';
import path from 'node:path';
import type { FileCalls } from '../../src/engine/ports.ts';
import { usualPath } from '../fixtures/usual-path.ts';

/** Which arguments of a file call name something that it writes or removes. */
const written: Record<string, number[]> = {
  chmodSync: [0],
  linkSync: [0, 1],
  lutimesSync: [0],
  mkdirSync: [0],
  renameSync: [0, 1],
  rmSync: [0],
  rmdirSync: [0],
  symlinkSync: [1],
  unlinkSync: [0],
  utimesSync: [0],
};

/**
 * The real file calls; each that would write outside `directory`, links followed, is told to `onEscape` instead of made.
 * Flushing is left out: nobody pulls the plug here.
 */
export function guardedFiles(directory: string, onEscape: (call: string) => void): FileCalls {
  const check = (call: string, at: unknown): void => {
    if (typeof at === 'number') return;
    const asked = path.resolve(usualPath(Buffer.isBuffer(at) ? at.toString('latin1') : String(at)));
    const real = path.join(realParent(path.dirname(asked)), path.basename(asked));
    if (real === directory || real.startsWith(directory + path.sep)) return;
    onEscape(`${call} ${asked}`);
    throw new Error(`${call} would have written outside: ${asked}`);
  };
  return new Proxy(fs, {
    get(target, name: keyof typeof fs) {
      const real = target[name] as unknown;
      if (name === 'fsyncSync') return () => {};
      const places = name === 'openSync' ? [0] : written[String(name)];
      if (!places) return real;
      return (...args: unknown[]) => {
        if (name !== 'openSync' || /[wax+]/.test(String(args[1] ?? 'r')))
          for (const place of places) check(String(name), args[place]);
        return (real as (...all: unknown[]) => unknown)(...args);
      };
    },
  }) as unknown as FileCalls;
}

function realParent(directory: string): string {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory === path.dirname(directory)
      ? directory
      : path.join(realParent(path.dirname(directory)), path.basename(directory));
  }
}
