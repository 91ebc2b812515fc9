import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import type { Host, Ports, Threads } from './engine/ports.ts';
import { nodeThreads } from './node-threads.ts';
import { processStart } from './process-start.ts';
import { outputOf } from './program-output.ts';

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
  if (process.platform === 'darwin') return outputOf('sysctl', ['-n', 'kern.bootsessionuuid'], 5_000) ?? '';
  return '';
}

/** A slow disk with much unwritten data may take minutes; a dead network disk never answers. */
const syncTimeout = 10 * 60_000;

function syncFileSystem(path: string): boolean {
  return process.platform === 'linux' && outputOf('sync', ['-f', path], syncTimeout) !== undefined;
}
