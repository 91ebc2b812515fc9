import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { listVisits } from '../../engine/snapshots/visits/list.ts';
import { VisitList, VisitQuery } from '../../protocol/visits.ts';
import type { Services } from '../services.ts';
import { answer, inWorkspace } from './parts.ts';

const list = createRoute({
  method: 'get',
  path: '/snapshot_access_logs',
  tags: ['snapshots'],
  summary: 'Who visited which snapshot, the latest visit first',
  description:
    'Reading the files of a snapshot counts as a visit of whoever the header `Holdfast-User` names (else the user that the ' +
    'sidecar runs as), once in five seconds and at most 60 times a minute; so do exporting and restoring it. Taking a ' +
    'snapshot is no visit.',
  request: { query: VisitQuery.extend(inWorkspace.shape) },
  responses: answer(VisitList, 'One page.'),
});

export function visitRoutes({ workspaces }: Services) {
  return new OpenAPIHono().openapi(list, c => {
    const { workspace, ...query } = c.req.valid('query');
    return c.json(listVisits(workspaces.open(workspace), query), 200);
  });
}
