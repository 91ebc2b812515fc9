import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { initRoot } from '../../engine/root/init.ts';
import { showRoot } from '../../engine/root/show.ts';
import { status as rootStatus } from '../../engine/root/status.ts';
import { RootCreated, RootInfo, Status } from '../../protocol/root.ts';
import { type Services, write } from '../services.ts';
import { answer, inWorkspace } from './parts.ts';

const tags = ['root'];

const show = createRoute({
  method: 'get',
  path: '/root',
  tags,
  summary: 'Which root, and why',
  request: { query: inWorkspace },
  responses: answer(RootInfo, 'The root and every candidate.'),
});
const init = createRoute({
  method: 'post',
  path: '/root',
  tags,
  summary: 'Make the root and its vault',
  request: { query: inWorkspace },
  responses: answer(RootCreated, 'The root, and whether it was made now.'),
});
const status = createRoute({
  method: 'get',
  path: '/status',
  tags: ['status'],
  summary: 'Counts of everything, and what changed since the last snapshot',
  request: { query: inWorkspace },
  responses: answer(Status, 'The status.'),
});

export function rootRoutes(services: Services) {
  const { ports, workspaces } = services;
  return new OpenAPIHono()
    .openapi(show, c => {
      const { workspace } = c.req.valid('query');
      const info = showRoot(ports, workspaces.options(workspace));
      // Asking about the root is also what brings the watcher in step with it.
      workspaces.open(workspace);
      return c.json(info, 200);
    })
    .openapi(init, async c => {
      const { workspace } = c.req.valid('query');
      return c.json(await write(services, workspace, ['root', 'status'], initRoot), 200);
    })
    .openapi(status, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      return c.json(await rootStatus(context, { signal: c.req.raw.signal }), 200);
    });
}
