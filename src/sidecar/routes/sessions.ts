import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createSession } from '../../engine/sessions/create.ts';
import { deleteSession } from '../../engine/sessions/delete.ts';
import { editSession } from '../../engine/sessions/edit.ts';
import { sessionFiles } from '../../engine/sessions/files.ts';
import { listSessions } from '../../engine/sessions/list.ts';
import { showSession } from '../../engine/sessions/show.ts';
import { undeleteSession } from '../../engine/sessions/undelete.ts';
import { ListQuery } from '../../protocol/common.ts';
import { CreateSession, EditSession, SessionList, SessionResult } from '../../protocol/sessions.ts';
import { FileList } from '../../protocol/snapshots.ts';
import { expectedBy, sessionTag } from '../etag.ts';
import { type Services, write } from '../services.ts';
import { answer, body, ifMatch, inWorkspace, named, tagged } from './parts.ts';

const tags = ['sessions'];
/** The listings that any change of a session may change. */
export const changed = ['sessions', 'status'];

const list = createRoute({
  method: 'get',
  path: '/sessions',
  tags,
  summary: 'Sessions: those of Holdfast, and what the profile calls one',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(SessionList, 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/sessions',
  tags,
  summary: 'Make a session: empty, or from the content given, a file, a directory, a session or a snapshot',
  request: {
    query: inWorkspace,
    body: body(
      CreateSession.extend({
        content: z.string().optional().openapi({ description: 'Of its one file, in place of `from`.' }),
        encoding: z.enum(['utf-8', 'base64']).default('utf-8').openapi({ description: 'How `content` is written.' }),
        file: z.string().optional().openapi({ description: 'The name of that file.' }),
      }),
    ),
  },
  responses: tagged(SessionResult, 'The session.'),
});
const show = createRoute({
  method: 'get',
  path: '/sessions/{id}',
  tags,
  summary: 'One session; its version is the ETag',
  request: { query: inWorkspace, params: named },
  responses: tagged(SessionResult, 'The session.'),
});
const edit = createRoute({
  method: 'patch',
  path: '/sessions/{id}',
  ...ifMatch,
  tags,
  summary: 'Change its title or description; no version is made',
  request: { query: inWorkspace, params: named, body: body(EditSession) },
  responses: tagged(SessionResult, 'The session as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  ...ifMatch,
  tags,
  summary: 'Delete a session; its versions stay, and it can be brought back',
  request: { query: inWorkspace, params: named },
  responses: answer(z.object({ deleted: z.string(), version: z.number() }), 'Its id, and the version that says so.'),
});
const undelete = createRoute({
  method: 'post',
  path: '/sessions/{id}/undelete',
  tags,
  summary: 'Bring back a deleted session',
  request: { query: inWorkspace, params: named },
  responses: tagged(SessionResult, 'The session.'),
});
const files = createRoute({
  method: 'get',
  path: '/sessions/{id}/files',
  tags,
  summary: 'The files of a session',
  request: { query: inWorkspace, params: named },
  responses: answer(FileList, 'All of them.'),
});

export function sessionRoutes(services: Services) {
  const { workspaces } = services;
  return new OpenAPIHono()
    .openapi(list, async c => {
      const { workspace, ...query } = c.req.valid('query');
      return c.json(await listSessions(workspaces.open(workspace), query), 200);
    })
    .openapi(create, async c => {
      const { content, encoding, file, ...input } = c.req.valid('json');
      const given = content === undefined ? undefined : { bytes: Buffer.from(content, encoding), file };
      const session = await write(services, c.req.valid('query').workspace, changed, context =>
        createSession(context, input, {}, given),
      );
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    })
    .openapi(show, async c => {
      const session = await showSession(workspaces.open(c.req.valid('query').workspace), c.req.valid('param').id);
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    })
    .openapi(edit, async c => {
      const expected = expectedBy(c.req.header('If-Match'));
      const session = await write(services, c.req.valid('query').workspace, changed, context =>
        editSession(context, c.req.valid('param').id, c.req.valid('json'), {}, expected),
      );
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    })
    .openapi(remove, async c => {
      const expected = expectedBy(c.req.header('If-Match'));
      const deleted = await write(services, c.req.valid('query').workspace, changed, context =>
        deleteSession(context, c.req.valid('param').id, {}, expected),
      );
      return c.json(deleted, 200);
    })
    .openapi(undelete, async c => {
      const session = await write(services, c.req.valid('query').workspace, changed, context =>
        undeleteSession(context, c.req.valid('param').id, {}),
      );
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    })
    .openapi(files, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      return c.json({ files: await sessionFiles(context, c.req.valid('param').id) }, 200);
    });
}
