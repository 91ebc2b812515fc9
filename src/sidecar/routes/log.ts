import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { listLog } from '../../engine/audit/log.ts';
import { ListQuery } from '../../protocol/common.ts';
import { LogList } from '../../protocol/log.ts';
import type { Services } from '../services.ts';
import { answer, inWorkspace } from './parts.ts';

const list = createRoute({
  method: 'get',
  path: '/log',
  tags: ['log'],
  summary: 'The audit trail, newest first',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(LogList, 'One page.'),
});

export function logRoutes({ workspaces }: Services) {
  return new OpenAPIHono().openapi(list, c => {
    const { workspace, ...query } = c.req.valid('query');
    return c.json(listLog(workspaces.open(workspace), query), 200);
  });
}
