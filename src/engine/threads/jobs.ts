import { writeFiles } from '../placement/write-files.ts';
import type { FileCalls } from '../ports.ts';
import { readFiles } from '../snapshots/read-files.ts';
import { unchangedDirectories } from '../snapshots/unchanged-directories.ts';
import { packChunk } from '../vault/pack-chunk.ts';
import { readObject } from '../vault/read-object.ts';

/**
 * What can be done on another thread: a function of a message that uses nothing of the world but the file calls it is
 * given, so that it also runs on the caller's thread with the caller's. It blocks its thread and cannot be cancelled: a
 * message should give it some milliseconds of work, and not more than a hundred.
 *
 * @returns what is sent back; the buffers in `transfer` are handed over instead of copied
 */
export type Job<Question, Answer> = (fs: FileCalls, question: Question) => { answer: Answer; transfer?: ArrayBuffer[] };

/** All jobs, by the name under which they are asked for. */
export const jobs = { packChunk, readFiles, readObject, unchangedDirectories, writeFiles } satisfies Record<
  string,
  Job<never, unknown>
>;

type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type Question<Name extends JobName> = Jobs[Name] extends Job<infer Given, unknown> ? Given : never;
export type Answer<Name extends JobName> = Jobs[Name] extends Job<never, infer Given> ? Given : never;
