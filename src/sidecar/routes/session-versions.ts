import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { diffSession } from '../../engine/sessions/diff.ts';
import { sessionHistory } from '../../engine/sessions/history.ts';
import { mergeSession } from '../../engine/sessions/merge.ts';
import { revertSession } from '../../engine/sessions/revert.ts';
import { readVersionFile } from '../../engine/sessions/version-content.ts';
import { RevertSession, SessionDiff, SessionHistory, SessionResult } from '../../protocol/sessions.ts';
import { expectedBy, sessionTag, versionTag } from '../etag.ts';
import { queryTexts } from '../query-text.ts';
import { rawBody } from '../raw-body.ts';
import { type Services, write } from '../services.ts';
import { answer, body, bytes, bytesBody, bytesHeaders, ifMatch, inWorkspace, named, tagged } from './parts.ts';
import { ofFile } from './session-content.ts';
import { changed } from './sessions.ts';

const tags = ['sessions'];
const version = z.coerce.number().int().positive();

const history = createRoute({
  method: 'get',
  path: '/sessions/{id}/versions',
  tags,
  summary: 'Every version that is kept, newest first; of a deleted session too',
  request: { query: inWorkspace, params: named },
  responses: answer(SessionHistory, 'The session (null when it is deleted) and its versions.'),
});
const content = createRoute({
  method: 'get',
  path: '/sessions/{id}/versions/{version}/content',
  tags,
  summary: 'The bytes of one version',
  request: { query: ofFile, params: named.extend({ version }) },
  responses: bytes,
});
const diff = createRoute({
  method: 'get',
  path: '/sessions/{id}/diff',
  tags,
  summary: 'Compare two versions, or one with the session as it is now',
  request: {
    query: inWorkspace.extend({
      a: version.optional().openapi({ description: 'Absent: the version before the last change.' }),
      b: version.optional().openapi({ description: 'Absent: the session as it is now.' }),
    }),
    params: named,
  },
  responses: answer(SessionDiff, 'The differences.'),
});
const revert = createRoute({
  method: 'post',
  path: '/sessions/{id}/revert',
  ...ifMatch,
  tags,
  summary: 'Make an older version the content again, as a new version',
  request: { query: inWorkspace, params: named, body: body(RevertSession) },
  responses: tagged(SessionResult, 'The session as it is now.'),
});

const merge = createRoute({
  method: 'post',
  path: '/sessions/{id}/merge',
  ...ifMatch,
  ...bytesBody,
  tags,
  summary: 'Bring content made from an older version together with what the session has become; the body is its bytes',
  description: 'What cannot be merged is a conflict (409, `details.conflicts`), and nothing is changed.',
  request: { query: ofFile.extend({ base: version }), params: named },
  responses: tagged(SessionResult, 'The session as it is now.'),
});

export function sessionVersionRoutes(services: Services) {
  const { workspaces } = services;
  return new OpenAPIHono()
    .openapi(history, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      return c.json(await sessionHistory(context, c.req.valid('param').id), 200);
    })
    .openapi(content, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      const { id, version: wanted } = c.req.valid('param');
      const data = await readVersionFile(context, id, wanted, queryTexts(c.req.url, 'file')[0]);
      return c.body(new Uint8Array(data), 200, bytesHeaders);
    })
    .openapi(diff, async c => {
      const { workspace, a, b } = c.req.valid('query');
      const work = { signal: c.req.raw.signal };
      return c.json(await diffSession(workspaces.open(workspace), c.req.valid('param').id, a, b, work), 200);
    })
    .openapi(revert, async c => {
      const expected = expectedBy(c.req.header('If-Match'));
      const session = await write(services, c.req.valid('query').workspace, changed, context =>
        revertSession(context, c.req.valid('param').id, c.req.valid('json'), {}, expected),
      );
      return c.json({ session }, 200, { ETag: versionTag(session) });
    })
    .openapi(merge, async c => {
      const expected = expectedBy(c.req.header('If-Match'));
      const { workspace, base } = c.req.valid('query');
      const [file] = queryTexts(c.req.url, 'file');
      const data = await rawBody(c.req.raw, workspaces.openForWriting(workspace).settings.sessionLimit);
      const session = await write(services, workspace, changed, context =>
        mergeSession(context, c.req.valid('param').id, { from: { bytes: data, file }, base }, {}, expected),
      );
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    });
}
