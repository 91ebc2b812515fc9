import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { exportSession } from '../../engine/sessions/export.ts';
import { importSession } from '../../engine/sessions/import.ts';
import { ExportSession, ImportSession, SessionExported, SessionImported } from '../../protocol/share.ts';
import { type Services, startWork } from '../services.ts';
import { accepted, body, followAt, inWorkspace, named } from './parts.ts';
import { changed } from './sessions.ts';

const tags = ['sessions'];

const exporting = createRoute({
  method: 'post',
  path: '/sessions/{id}/export',
  tags,
  summary: 'Write a session with all its versions into one file of this machine',
  request: { query: inWorkspace, params: named, body: body(ExportSession) },
  responses: accepted(SessionExported, 'Begun.'),
});
const importing = createRoute({
  method: 'post',
  path: '/sessions/import',
  tags,
  summary: 'Take a session out of such a file',
  request: { query: inWorkspace, body: body(ImportSession) },
  responses: accepted(SessionImported, 'Begun.'),
});

export function sessionSharingRoutes(services: Services) {
  return new OpenAPIHono()
    .openapi(exporting, c => {
      const { id } = c.req.valid('param');
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'session.export',
        workspace: c.req.valid('query').workspace,
        changes: changed,
        run: (context, work) => exportSession(context, id, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(importing, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'session.import',
        workspace: c.req.valid('query').workspace,
        changes: changed,
        run: (context, work) => importSession(context, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    });
}
