import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { fileHistory } from '../../engine/snapshots/file-history.ts';
import { FileHistory } from '../../protocol/files.ts';
import { queryTexts } from '../query-text.ts';
import type { Services } from '../services.ts';
import { answer, inWorkspace, pathText } from './parts.ts';

const history = createRoute({
  method: 'get',
  path: '/files/history',
  tags: ['files'],
  summary: 'Every state of a file that a snapshot has, newest first',
  request: { query: inWorkspace.extend({ path: pathText }) },
  responses: answer(FileHistory, 'One entry for each change of its bytes.'),
});

export function fileRoutes({ workspaces }: Services) {
  return new OpenAPIHono().openapi(history, async c => {
    const context = workspaces.open(c.req.valid('query').workspace);
    const [path = ''] = queryTexts(c.req.url, 'path');
    return c.json(await fileHistory(context, path, { signal: c.req.raw.signal }), 200);
  });
}
