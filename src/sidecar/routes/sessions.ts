import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { listSessions } from '../../engine/sessions/list.ts';
import { readSession, showSession } from '../../engine/sessions/show.ts';
import { ListQuery } from '../../protocol/common.ts';
import { SessionList, SessionResult } from '../../protocol/sessions.ts';
import type { Services } from '../services.ts';
import { answer, bytes, bytesHeaders, inWorkspace, named } from './parts.ts';

const tags = ['sessions'];

const list = createRoute({
  method: 'get',
  path: '/sessions',
  tags,
  summary: 'Sessions, as the profile finds them',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(SessionList, 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: '/sessions/{id}',
  tags,
  summary: 'One session; its version is the ETag',
  request: { query: inWorkspace, params: named },
  responses: answer(SessionResult, 'The session.'),
});
const content = createRoute({
  method: 'get',
  path: '/sessions/{id}/content',
  tags,
  summary: 'The bytes of one session',
  request: { query: inWorkspace, params: named },
  responses: bytes,
});

export function sessionRoutes({ workspaces }: Services) {
  return new OpenAPIHono()
    .openapi(list, async c => {
      const { workspace, ...query } = c.req.valid('query');
      return c.json(await listSessions(workspaces.open(workspace), query), 200);
    })
    .openapi(show, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      const session = await showSession(context, c.req.valid('param').id);
      return c.json({ session }, 200, { ETag: `"${session.version}"` });
    })
    .openapi(content, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      const data = await readSession(context, c.req.valid('param').id);
      return c.body(new Uint8Array(data), 200, bytesHeaders);
    });
}
