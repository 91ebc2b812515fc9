import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { exportSnapshot } from '../../engine/snapshots/bundle/export.ts';
import { importSnapshot } from '../../engine/snapshots/bundle/import.ts';
import { ExportResult, ExportSnapshot, ImportResult, ImportSnapshot } from '../../protocol/share.ts';
import { actingAs } from '../openings.ts';
import { type Services, startWork } from '../services.ts';
import { accepted, body, followAt, inWorkspace, named } from './parts.ts';

const tags = ['snapshots'];

const exporting = createRoute({
  method: 'post',
  path: '/snapshots/{id}/export',
  tags,
  summary: 'Write a snapshot into one file of this machine',
  request: { query: inWorkspace, params: named, body: body(ExportSnapshot) },
  responses: accepted(ExportResult, 'Begun.'),
});
const importing = createRoute({
  method: 'post',
  path: '/snapshots/import',
  tags,
  summary: 'Take a snapshot out of such a file',
  request: { query: inWorkspace, body: body(ImportSnapshot) },
  responses: accepted(ImportResult, 'Begun.'),
});

export function sharingRoutes(services: Services) {
  return new OpenAPIHono()
    .openapi(exporting, c => {
      const { id } = c.req.valid('param');
      const input = c.req.valid('json');
      const user = c.req.header('Holdfast-User');
      const operation = startWork(services, {
        kind: 'snapshot.export',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots'],
        run: (context, work) => exportSnapshot(actingAs(context, user), id, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(importing, c => {
      const input = c.req.valid('json');
      const user = c.req.header('Holdfast-User');
      const operation = startWork(services, {
        kind: 'snapshot.import',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots', 'status'],
        run: (context, work) => importSnapshot(actingAs(context, user), input, work),
      });
      return c.json(operation, 202, followAt(operation));
    });
}
