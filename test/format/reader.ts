import { spawnSync } from 'node:child_process';
import path from 'node:path';

const script = path.join(import.meta.dirname, 'holdfast_read.py');
const python = process.platform === 'win32' ? 'python' : 'python3';

/** Decompresses where there is no `zstd` program, so that the checker runs on a bare machine. */
export const nodeZstd = `"${process.execPath.replaceAll('\\', '/')}" -e "process.stdout.write(zlib.zstdDecompressSync(fs.readFileSync(0)))"`;

const isInstalled = (program: string) => spawnSync(program, ['--version']).error === undefined;
const usualZstd = isInstalled('zstd') ? [] : ['--zstd', nodeZstd];

export interface Read {
  status: number | null;
  /** What it printed. */
  answer: unknown;
}

/** Runs the checker, which shares nothing with Holdfast. */
export function read(args: readonly string[], env: Record<string, string> = {}): Read {
  const { status, stdout, stderr, error } = spawnSync(python, [script, ...usualZstd, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  if (error) throw new Error(`This test needs ${python} (3.9 or newer) on the PATH.`, { cause: error });
  if (stdout === '') throw new Error(stderr);
  return { status, answer: JSON.parse(stdout) };
}

/** Sets times to the nanosecond, which Node cannot: `times` from paths, as bytes in hexadecimal, to nanoseconds. */
export function setTimes(times: readonly (readonly [path: Buffer, nanoseconds: bigint])[]): void {
  const program =
    'import os, sys\nfor line in sys.stdin:\n p, n = line.split()\n os.utime(bytes.fromhex(p), ns=(int(n),) * 2, follow_symlinks=False)';
  const input = times.map(([at, nanoseconds]) => `${at.toString('hex')} ${nanoseconds}\n`).join('');
  const { status, stderr } = spawnSync(python, ['-c', program], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
