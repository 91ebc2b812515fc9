import type { Ports } from '../ports.ts';
import { type Answer, type Job, type JobName, jobs, type Question } from './jobs.ts';

/**
 * Does a job on another thread where there are any, otherwise at once on this one.
 *
 * @param transfer buffers of the question that are handed over instead of copied
 * @throws what the job throws; from another thread system errors come with their `code` and `path`, and errors of the
 *   engine as they are
 */
export async function runJob<Name extends JobName>(
  { fs, threads }: Pick<Ports, 'fs' | 'threads'>,
  name: Name,
  question: Question<Name>,
  transfer: ArrayBuffer[] = [],
): Promise<Answer<Name>> {
  if (threads) return (await threads.run(name, question, transfer)) as Answer<Name>;
  return (jobs[name] as unknown as Job<Question<Name>, Answer<Name>>)(fs, question).answer;
}
