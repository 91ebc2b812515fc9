import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { page } from '../../engine/paging.ts';
import { ListQuery } from '../../protocol/common.ts';
import { Operation, OperationPage } from '../../protocol/operations.ts';
import type { Services } from '../services.ts';
import { answer } from './parts.ts';

const tags = ['operations'];
const one = z.object({ id: z.string() });

const list = createRoute({
  method: 'get',
  path: '/operations',
  tags,
  summary: 'Operations that run, and those that finished lately, without their results; newest first',
  request: { query: ListQuery },
  responses: answer(OperationPage, 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: '/operations/{id}',
  tags,
  summary: 'How far an operation is; its result or error once it has ended',
  request: { params: one },
  responses: answer(Operation, 'The operation.'),
});
const cancel = createRoute({
  method: 'delete',
  path: '/operations/{id}',
  tags,
  summary: 'Cancel an operation',
  description: 'It is `cancelled` once everything is as it was before; one that has ended stays as it is.',
  request: { params: one },
  responses: answer(Operation, 'The operation, probably still running.'),
});

export function operationRoutes({ operations }: Services) {
  return new OpenAPIHono()
    .openapi(list, c => {
      const { items, ...rest } = page(operations.list(), c.req.valid('query'), {
        sorts: { startedAt: one => one.startedAt, kind: one => one.kind, state: one => one.state },
        defaultSort: 'startedAt',
        text: ({ id, kind, state }) => `${id} ${kind} ${state}`,
      });
      return c.json({ operations: items, ...rest }, 200);
    })
    .openapi(show, c => c.json(operations.get(c.req.valid('param').id), 200))
    .openapi(cancel, c => c.json(operations.cancel(c.req.valid('param').id), 200));
}
