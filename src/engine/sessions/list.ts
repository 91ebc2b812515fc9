import type { ListQuery } from '../../protocol/common.ts';
import type { SessionList } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { page } from '../paging.ts';
import { collectSessions } from './collect.ts';

/** What the profile calls sessions, in the root and in legacy places; those last changed come first. */
export function listSessions(context: Context, query: Partial<ListQuery>): SessionList {
  const sessions = collectSessions(context).map(located => located.session);
  const { items, nextCursor, total } = page(sessions, query, {
    sorts: {
      updatedAt: session => session.updatedAt,
      createdAt: session => session.createdAt,
      title: session => session.title.toLowerCase(),
      bytes: session => session.bytes,
    },
    defaultSort: 'updatedAt',
    text: session => `${session.title} ${session.description} ${session.owner} ${session.id}`,
  });
  return { sessions: items, nextCursor, total };
}
