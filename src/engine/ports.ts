import type * as nodeFs from 'node:fs';
import type { Progress } from '../protocol/operations.ts';

/** The synchronous file calls that the engine makes. Handed in so that tests can fail the k-th one. */
export type FileCalls = Pick<
  typeof nodeFs,
  | 'accessSync'
  | 'chmodSync'
  | 'closeSync'
  | 'constants'
  | 'existsSync'
  | 'fchmodSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'futimesSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'readSync'
  | 'readlinkSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmSync'
  | 'rmdirSync'
  | 'statSync'
  | 'statfsSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'utimesSync'
  | 'writeSync'
>;

/** Who this process is, so that a lock can be told from one left by a dead process. */
export interface Host {
  name: string;
  /** Differs after every start of the machine; empty where the system tells none. */
  bootId: string;
  pid: number;
  /** When a process started, in the system's own unit; `undefined` when there is no such process. */
  processStart(pid: number): string | undefined;
}

/** Everything the engine knows of the world outside. */
export interface Ports {
  fs: FileCalls;
  host: Host;
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  /** Who acts: the name written to the audit trail. */
  user: string;
  now(): Date;
  randomBytes(count: number): Uint8Array;
  /** Flushes everything written to the file system that holds `path`; false where that cannot be asked for. */
  syncFileSystem(path: string): boolean;
  /** Absent where everything is to be done on the caller's thread, with the file calls above. */
  threads?: Threads | undefined;
}

/** Other threads, for what keeps a processor busy. Asked through `runJob` (threads/run-job.ts). */
export interface Threads {
  /** How many jobs run at once, besides what the caller does itself. */
  count: number;
  /** Starts a thread: that takes as long as reading what thousands of files are. */
  getReady(): void;
  /** Whether one has started and does a job as soon as it is asked. */
  readonly isReady: boolean;
  run(name: string, question: unknown, transfer: ArrayBuffer[]): Promise<unknown>;
}

/** What one call of a long operation is given besides its input. */
export interface Work {
  signal?: AbortSignal | undefined;
  progress?: ((progress: Progress) => void) | undefined;
}
