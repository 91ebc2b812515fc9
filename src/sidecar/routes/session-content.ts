import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { readSession, showSession } from '../../engine/sessions/show.ts';
import { updateSession } from '../../engine/sessions/update.ts';
import { SessionResult } from '../../protocol/sessions.ts';
import { expectedBy, sessionTag, versionTag } from '../etag.ts';
import { queryTexts } from '../query-text.ts';
import { rawBody } from '../raw-body.ts';
import { type Services, write } from '../services.ts';
import { bytes, bytesBody, bytesHeaders, ifMatch, inWorkspace, named, pathText, tagged } from './parts.ts';
import { changed } from './sessions.ts';

const tags = ['sessions'];
export const ofFile = inWorkspace.extend({
  file: pathText.optional().openapi({ description: 'Which file of a session that has several.' }),
});

const read = createRoute({
  method: 'get',
  path: '/sessions/{id}/content',
  tags,
  summary: 'The bytes of a session; the ETag is that of the whole session',
  request: { query: ofFile, params: named },
  responses: bytes,
});
const update = createRoute({
  method: 'put',
  path: '/sessions/{id}/content',
  ...ifMatch,
  ...bytesBody,
  tags,
  summary: 'New content, as the next version: the body is its bytes',
  description:
    'With `If-Match` only if the session is still the one with that ETag (412 otherwise, with both versions in ' +
    '`details`). Without it whatever there is becomes an older version.',
  request: { query: ofFile, params: named },
  responses: tagged(SessionResult, 'The session as it is now, and its ETag.'),
});

export function sessionContentRoutes(services: Services) {
  const { workspaces } = services;
  return new OpenAPIHono()
    .openapi(read, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      const { id } = c.req.valid('param');
      const [file] = queryTexts(c.req.url, 'file');
      // The tag first: content that was written in between makes the next update a conflict, and never lost.
      const tag = sessionTag(await showSession(context, id));
      const data = await readSession(context, id, file);
      return c.body(new Uint8Array(data), 200, { ...bytesHeaders, ETag: tag });
    })
    .openapi(update, async c => {
      const { workspace } = c.req.valid('query');
      const [file] = queryTexts(c.req.url, 'file');
      const expected = expectedBy(c.req.header('If-Match'));
      const data = await rawBody(c.req.raw, workspaces.openForWriting(workspace).settings.sessionLimit);
      const session = await write(services, workspace, changed, context =>
        updateSession(context, c.req.valid('param').id, { bytes: data, file }, expected, {}),
      );
      return c.json({ session }, 200, { ETag: versionTag(session) });
    });
}
