import fs from 'node:fs';
import path from 'node:path';
import type { FileCalls, Ports } from '../../src/engine/ports.ts';
import { testPorts } from '../fixtures/ports.ts';
import { usualPath } from '../fixtures/usual-path.ts';

/** One call that the engine makes to the world. `half` does a part of it, where a call has parts. */
export interface Call {
  name: string;
  args: readonly unknown[];
  /** Whether it writes or frees something, and so fails on a disk that is full or gone. */
  changes: boolean;
  /** Whether the next process could tell: being killed before any other call is as being killed after the last of these. */
  shows: boolean;
  run(): unknown;
  half?: (() => unknown) | undefined;
}

const changing = new Set([
  ...[
    'chmodSync',
    'fchmodSync',
    'fsyncSync',
    'ftruncateSync',
    'futimesSync',
    'linkSync',
    'lutimesSync',
    'mkdirSync',
    'renameSync',
  ],
  ...['rmSync', 'rmdirSync', 'symlinkSync', 'unlinkSync', 'utimesSync', 'writeSync', 'syncFileSystem'],
]);

type AnyCall = (...args: unknown[]) => unknown;

/** The real ports, with every file call going through `onCall`. */
export function watchedPorts(onCall: (call: Call) => unknown, overrides: Partial<Ports> = {}): Ports {
  const files = new Proxy(fs, {
    get(target, name: keyof typeof fs) {
      const real = target[name] as unknown;
      if (typeof real !== 'function' || !String(name).endsWith('Sync')) return real;
      return (...args: unknown[]) => {
        const changes = changing.has(String(name)) || (name === 'openSync' && /[wax+]/.test(String(args[1] ?? 'r')));
        return onCall({
          name: String(name),
          args: args.map(one => (typeof one === 'string' ? usualPath(one) : one)),
          changes,
          shows: changes && name !== 'fsyncSync',
          run: () => (real as AnyCall)(...args),
          half: halfOf(String(name), args),
        });
      };
    },
  }) as unknown as FileCalls;
  const ports = testPorts();
  const syncFileSystem = (at: string) =>
    onCall({
      name: 'syncFileSystem',
      args: [at],
      changes: true,
      shows: false,
      run: () => ports.syncFileSystem(at),
    }) as boolean;
  return { ...ports, fs: files, syncFileSystem, ...overrides };
}

function halfOf(name: string, args: unknown[]): (() => unknown) | undefined {
  if (name === 'writeSync') {
    const [file, data, offset = 0, length = (data as Buffer).length, at = null] = args as [
      number,
      Buffer,
      number?,
      number?,
      (number | null)?,
    ];
    return length > 1 ? () => fs.writeSync(file, data, offset, Math.floor(length / 2), at) : undefined;
  }
  const options = (args[1] ?? {}) as { recursive?: boolean; mode?: number };
  if (name === 'rmSync' && options.recursive) {
    return () => {
      const directory = args[0] as string;
      const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
      for (const one of names.slice(0, Math.ceil(names.length / 2))) fs.rmSync(path.join(directory, one), options);
    };
  }
  if (name === 'mkdirSync' && options.recursive) {
    return () => {
      let directory = args[0] as string;
      while (!fs.existsSync(path.dirname(directory))) directory = path.dirname(directory);
      fs.mkdirSync(directory, options);
    };
  }
  return undefined;
}

export function systemError(code: string, call: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made by a test, ${call}`), { code, syscall: call });
}

export type FaultKind = 'ENOSPC' | 'EACCES' | 'EIO' | 'half ENOSPC' | 'short';

export interface Fault {
  kind: FaultKind;
  /** The number of the call that fails, from 1. */
  at: number;
  /** Whether all that change something fail from there on, as on a disk that stays full. */
  lasting: boolean;
}

/** Ports of which one call fails. `fired` names it once it did. */
export function failingPorts(
  { kind, at, lasting }: Fault,
  overrides: Partial<Ports> = {},
): { ports: Ports; fired(): string | undefined } {
  let calls = 0;
  let fired: string | undefined;
  const ports = watchedPorts(call => {
    // These two never throw, whatever happens.
    if (call.name === 'existsSync' || call.name === 'syncFileSystem') return call.run();
    calls++;
    if (calls !== at && !(lasting && calls > at && call.changes)) return call.run();
    fired ??= call.name;
    if (kind === 'short') return (call.name === 'writeSync' && call.half ? call.half : call.run)();
    if (kind === 'half ENOSPC') call.half?.();
    // A file is closed even when closing it fails.
    if (call.name === 'closeSync') call.run();
    throw systemError(kind === 'half ENOSPC' ? 'ENOSPC' : kind, call.name);
  }, overrides);
  return { ports, fired: () => fired };
}
