import fs from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { errorMessage } from './engine/threads/error-message.ts';
import { type Job, type JobName, jobs } from './engine/threads/jobs.ts';
import type { JobAnswer, JobQuestion, WorkerMessage } from './node-threads.ts';

/** Another thread of the command line or the sidecar: does one job after the other. */
parentPort!.on('message', ({ number, name, question }: JobQuestion) => {
  try {
    const { answer, transfer } = (jobs[name as JobName] as Job<unknown, unknown>)(fs, question);
    parentPort!.postMessage({ number, answer } satisfies JobAnswer, transfer ?? []);
  } catch (error) {
    parentPort!.postMessage({ number, error: errorMessage(error) } satisfies JobAnswer);
  }
});
parentPort!.postMessage('ready' satisfies WorkerMessage);
