import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { HoldfastError } from './engine/errors.ts';
import type { Threads } from './engine/ports.ts';
import { type ErrorMessage, thrownError } from './engine/threads/error-message.ts';

/** From the caller's thread to a worker. */
export interface JobQuestion {
  number: number;
  name: string;
  question: unknown;
}

/** Back again; but the first message says that it is ready. */
export type JobAnswer = { number: number; answer: unknown } | { number: number; error: ErrorMessage };
export type WorkerMessage = 'ready' | JobAnswer;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  isReady: boolean;
  waiting: Map<number, Waiting>;
}

/** More would wait for the disk or for each other. */
const most = 4;
/** After so long without a job, in ms, the threads end: a sidecar that only waits should not hold their memory. */
const idleLimit = 10_000;

/** Run from its source, or bundled: then the worker is a bundle too and lies beside this one. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.cjs', import.meta.url);

/**
 * Threads of this process, started when the first job comes; they keep no process alive that has nothing else to do. None
 * for a program that was taken from its place alone: it does everything itself.
 */
export function nodeThreads(): Threads | undefined {
  if (!existsSync(program)) return undefined;
  const count = Math.min(most, Math.max(1, availableParallelism() - 1));
  let threads: Thread[] = [];
  let number = 0;
  let idle: NodeJS.Timeout | undefined;

  const start = (): Thread => {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(program, { stdin: false });
    const thread: Thread = { worker, isReady: false, waiting: new Map() };
    const lost = (why: string) => {
      threads = threads.filter(one => one !== thread);
      for (const { reject } of thread.waiting.values()) {
        reject(
          new HoldfastError('FAILED', `Another thread of Holdfast ended: ${why}`, { hint: 'Run the command again.' }),
        );
      }
      thread.waiting.clear();
    };
    worker.on('message', (message: WorkerMessage) => {
      if (message === 'ready') {
        thread.isReady = true;
        return;
      }
      const waiting = thread.waiting.get(message.number);
      thread.waiting.delete(message.number);
      if (thread.waiting.size === 0) worker.unref();
      if (threads.every(one => one.waiting.size === 0)) endWhenIdle();
      if ('error' in message) waiting?.reject(thrownError(message.error));
      else waiting?.resolve(message.answer);
    });
    worker.on('error', error => lost(error.message));
    worker.on('exit', code => lost(`with ${code}`));
    // Who listens to it keeps the process alive, so this comes after.
    worker.unref();
    threads.push(thread);
    return thread;
  };

  const end = () => {
    for (const { worker } of threads.splice(0)) void worker.terminate();
  };

  const endWhenIdle = () => {
    clearTimeout(idle);
    idle = setTimeout(end, idleLimit).unref();
  };

  return {
    count,
    getReady() {
      if (threads.length > 0) return;
      start();
      endWhenIdle();
    },
    get isReady() {
      return threads.some(thread => thread.isReady);
    },
    run(name, question, transfer) {
      clearTimeout(idle);
      // The one with the least to do; another one is started only when all are busy.
      const least = threads.toSorted((one, other) => one.waiting.size - other.waiting.size)[0];
      const thread = least && (least.waiting.size === 0 || threads.length === count) ? least : start();
      return new Promise((resolve, reject) => {
        thread.waiting.set(++number, { resolve, reject });
        thread.worker.ref();
        thread.worker.postMessage({ number, name, question } satisfies JobQuestion, transfer);
      });
    },
  };
}
