import type { ListQuery } from '../../protocol/common.ts';
import type { SessionList } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { page } from '../paging.ts';
import { allBuffers } from './buffers/files.ts';
import { lastingSessions } from './collect.ts';
import { describeSession } from './describe.ts';

/**
 * The sessions in the root and in legacy places; those last changed come first. Only those of the page are read whole.
 *
 * @throws USAGE for an unknown sort or cursor
 */
export async function listSessions(context: Context, query: Partial<ListQuery>): Promise<SessionList> {
  const rows = lastingSessions(context).map(located => ({
    id: located.look.facts.id,
    facts: located.look.facts,
    located,
  }));
  const { items, nextCursor, total } = page(rows, query, {
    sorts: {
      updatedAt: ({ facts }) => facts.updatedAt,
      createdAt: ({ facts }) => facts.createdAt,
      title: ({ facts }) => facts.title.toLowerCase(),
      bytes: ({ located }) => located.look.bytes,
    },
    defaultSort: 'updatedAt',
    text: ({ id, facts }) => `${facts.title} ${facts.description} ${facts.owner} ${id}`,
  });
  const sessions = [];
  for (const { located } of items) sessions.push(await describeSession(context, located));
  return { sessions, nextCursor, total };
}

/** How many sessions there are, and how many of them have edits that were not saved. */
export function countSessions(context: Context): { count: number; unsaved: number } {
  const unsaved = new Set(allBuffers(context).map(({ key }) => key)).size;
  return { count: lastingSessions(context).length, unsaved };
}
