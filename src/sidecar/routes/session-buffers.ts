import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from '../../engine/context.ts';
import { discardBuffer } from '../../engine/sessions/buffers/discard.ts';
import { editBuffer } from '../../engine/sessions/buffers/edit.ts';
import { listRecoverable } from '../../engine/sessions/buffers/list.ts';
import { readBuffer, recoverSession } from '../../engine/sessions/buffers/recover.ts';
import { BufferState, EditBuffer, RecoverableList, RecoverSession, SessionResult } from '../../protocol/sessions.ts';
import { sessionTag } from '../etag.ts';
import { type Services, write } from '../services.ts';
import { answer, body, bytes, bytesHeaders, inWorkspace, named } from './parts.ts';
import { changed } from './sessions.ts';

const tags = ['sessions'];
const ofBuffer = inWorkspace.extend({
  bufferId: z.string().optional().openapi({ description: 'Which one, where several windows have edits.' }),
});

const list = createRoute({
  method: 'get',
  path: '/sessions/recoverable',
  tags,
  summary: 'Edits that were typed and not saved',
  request: { query: inWorkspace },
  responses: answer(RecoverableList, 'Of all sessions, those typed last first.'),
});
const edit = createRoute({
  method: 'patch',
  path: '/sessions/{id}/buffer',
  tags,
  summary: 'Keep edits that are not saved yet; durable once answered',
  request: { query: inWorkspace, params: named, body: body(EditBuffer) },
  responses: answer(BufferState, 'The buffer.'),
});
const content = createRoute({
  method: 'get',
  path: '/sessions/{id}/buffer',
  tags,
  summary: 'The bytes that saving would have written',
  request: { query: ofBuffer, params: named },
  responses: bytes,
});
const recover = createRoute({
  method: 'post',
  path: '/sessions/{id}/recover',
  tags,
  summary: 'Make unsaved edits the next version',
  request: { query: inWorkspace, params: named, body: body(RecoverSession) },
  responses: answer(SessionResult, 'The session as it is now.'),
});
const discard = createRoute({
  method: 'delete',
  path: '/sessions/{id}/buffer',
  tags,
  summary: 'Give up unsaved edits',
  request: { query: ofBuffer, params: named },
  responses: answer(z.object({ discarded: z.array(z.string()) }), 'The ids of the buffers.'),
});

export function sessionBufferRoutes(services: Services) {
  const { workspaces } = services;
  return new OpenAPIHono()
    .openapi(list, async c => c.json(await listRecoverable(workspaces.open(c.req.valid('query').workspace)), 200))
    .openapi(edit, async c => {
      const { workspace } = c.req.valid('query');
      const input = c.req.valid('json');
      const run = (context: Context) => editBuffer(context, c.req.valid('param').id, input);
      // That a session has unsaved edits is news; each edit is not.
      const isNew = input.bufferId === undefined;
      const state = await (isNew
        ? write(services, workspace, changed, run)
        : run(workspaces.openForWriting(workspace)));
      return c.json(state, 200);
    })
    .openapi(content, async c => {
      const { workspace, bufferId } = c.req.valid('query');
      const data = await readBuffer(workspaces.open(workspace), c.req.valid('param').id, bufferId);
      return c.body(new Uint8Array(data), 200, bytesHeaders);
    })
    .openapi(recover, async c => {
      const session = await write(services, c.req.valid('query').workspace, changed, context =>
        recoverSession(context, c.req.valid('param').id, c.req.valid('json'), {}),
      );
      return c.json({ session }, 200, { ETag: sessionTag(session) });
    })
    .openapi(discard, async c => {
      const { workspace, bufferId } = c.req.valid('query');
      const discarded = await write(services, workspace, changed, context =>
        discardBuffer(context, c.req.valid('param').id, bufferId),
      );
      return c.json(discarded, 200);
    });
}
