import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import type { Host, Ports, Threads } from './engine/ports.ts';
import { nodeThreads } from './node-threads.ts';

/**
 * The real world for the engine: this machine's files, clock, user and processes. Shared by the command line and the
 * sidecar. Whatever needs another process is asked for only when used: `holdfast --version` must start in 0.15 s.
 */
export function nodePorts(): Ports {
  let user: string | undefined;
  let threads: Threads | undefined;
  return {
    fs,
    host: nodeHost(),
    platform: process.platform,
    env: process.env,
    home: os.homedir(),
    get user() {
      user ??= userName();
      return user;
    },
    now: () => new Date(),
    randomBytes,
    syncFileSystem,
    get threads() {
      threads ??= nodeThreads();
      return threads;
    },
  };
}

function nodeHost(): Host {
  let bootId: string | undefined;
  return {
    name: os.hostname(),
    pid: process.pid,
    get bootId() {
      bootId ??= readBootId();
      return bootId;
    },
    processStart,
  };
}

/** Some containers run under a user id that no file names; that is still somebody. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function readBootId(): string {
  if (process.platform === 'linux') {
    try {
      return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    } catch {
      return '';
    }
  }
  if (process.platform === 'darwin') return run('sysctl', ['-n', 'kern.bootsessionuuid'], 5_000) ?? '';
  return '';
}

/** What stands for the start of a process that runs, where the system does not say when it began. */
const running = 'running';

/** When a process started, in the system's own unit; `undefined` when there is no such process. */
function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'win32') return running;
  if (process.platform !== 'linux') return run('ps', ['-o', 'lstart=', '-p', String(pid)], 5_000) || running;
  try {
    const line = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, which may itself hold spaces and brackets.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended: it holds nothing and only waits for its parent to ask.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return fields[19] ?? running;
  } catch {
    // It ended between the two looks, or /proc hides other people's processes.
    return isAlive(pid) ? running : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A slow disk with much unwritten data may take minutes; a dead network disk never answers. */
const syncTimeout = 10 * 60_000;

function syncFileSystem(path: string): boolean {
  return process.platform === 'linux' && run('sync', ['-f', path], syncTimeout) !== undefined;
}

/** The trimmed output of a program; `undefined` when it is missing, fails, or takes longer than `timeout` ms. */
function run(command: string, args: string[], timeout: number): string | undefined {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const result = spawnSync(command, args, {
    timeout,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
