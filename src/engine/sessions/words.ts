import path from 'node:path';
import * as z from 'zod';
import { Id, Time } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';
import { nativePlace, wordsFile } from './places.ts';

/** `sessions/<id>/session.json`: what is said about a session that Holdfast made. Its content lies beside it. */
export const SessionWords = z.object({
  id: Id,
  title: z.string(),
  description: z.string(),
  owner: z.string(),
  template: z.string().nullable(),
  createdAt: Time,
});
export type SessionWords = z.infer<typeof SessionWords>;

const wordsKind: RecordKind<SessionWords> = { kind: 'session', version: 1, schema: SessionWords };

export function encodeWords(context: Context, words: SessionWords): Buffer {
  return encodeRecord(wordsKind, words, context.ports.now());
}

export function wordsPath(context: Pick<Context, 'root'>, id: string): string {
  return path.join(context.root, nativePlace(id).location, wordsFile);
}

/** @throws CORRUPT when the file is missing, damaged, or another session's */
export function readWords(context: Context, id: string): SessionWords {
  const file = wordsPath(context, id);
  const words = readRecord(context.ports, wordsKind, file);
  if (!words) throw new HoldfastError('CORRUPT', `Its ${wordsFile} is missing.`, { path: file });
  if (words.id !== id)
    throw new HoldfastError('CORRUPT', `Its ${wordsFile} is that of session ${words.id}.`, { path: file });
  return words;
}
