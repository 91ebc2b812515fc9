import type { z } from 'zod';
import { CreateSession, type Session } from '../../protocol/sessions.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import type { Work } from '../ports.ts';
import { changeSession } from './change.ts';
import type { Given } from './given.ts';
import { nativePlace } from './places.ts';
import { showSession } from './show.ts';
import { startingContent } from './start.ts';
import { encodeWords } from './words.ts';

/**
 * Makes a session of Holdfast's own: empty, or from a file or directory (absolute path), from another session (a
 * template), or from what a snapshot has at a path.
 *
 * @param content the bytes to begin with, where they do not come from `from`
 * @throws USAGE for words that are too long, NOT_FOUND, CONTENT_TOO_LARGE; then nothing was made
 */
export async function createSession(
  context: Context,
  input: CreateSession,
  work: Work,
  content?: Extract<Given, { bytes: Buffer }>,
): Promise<Session> {
  const { title, description, owner, template, from } = checkedWords(CreateSession, input);
  const id = newId(context.ports);
  await changeSession(context, nativePlace(id), work, async change => {
    const words = encodeWords(context, {
      id,
      title,
      description,
      owner: owner ?? context.ports.user,
      template,
      createdAt: context.ports.now().toISOString(),
    });
    await change.commit('create', null, await startingContent(change, from, content, work), words);
  });
  appendLog(context, { action: 'session.create', target: id });
  return showSession(context, id);
}

/** @throws USAGE naming what does not fit */
export function checkedWords<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new HoldfastError('USAGE', `The ${String(issue?.path[0] ?? 'session')} does not fit: ${issue?.message}.`, {
    hint: 'Titles have up to 50 characters, descriptions up to 250.',
  });
}
