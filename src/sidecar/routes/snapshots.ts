import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createSnapshot } from '../../engine/snapshots/create.ts';
import { deleteSnapshots } from '../../engine/snapshots/delete.ts';
import { diffSnapshot } from '../../engine/snapshots/diff.ts';
import { editSnapshot } from '../../engine/snapshots/edit.ts';
import { listFiles, readSnapshotFile } from '../../engine/snapshots/files.ts';
import { listSnapshots } from '../../engine/snapshots/list.ts';
import { restoreSnapshot } from '../../engine/snapshots/restore.ts';
import { showSnapshot } from '../../engine/snapshots/show.ts';
import { undeleteSnapshot } from '../../engine/snapshots/undelete.ts';
import { ListQuery, RestoreResult } from '../../protocol/common.ts';
import {
  CreateSnapshot,
  Deleted,
  Diff,
  EditSnapshot,
  FileList,
  RestoreSnapshot,
  SnapshotList,
  SnapshotResult,
} from '../../protocol/snapshots.ts';
import { actingAs } from '../openings.ts';
import { queryTexts } from '../query-text.ts';
import { type Services, startWork, write } from '../services.ts';
import { accepted, answer, body, bytes, bytesHeaders, followAt, inWorkspace, named, pathText } from './parts.ts';

const tags = ['snapshots'];

const list = createRoute({
  method: 'get',
  path: '/snapshots',
  tags,
  summary: 'Snapshots, newest first',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(SnapshotList, 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/snapshots',
  tags,
  summary: 'Take a snapshot of the root or of a part of it',
  request: { query: inWorkspace, body: body(CreateSnapshot) },
  responses: accepted(SnapshotResult, 'Begun.'),
});
const show = createRoute({
  method: 'get',
  path: '/snapshots/{id}',
  tags,
  summary: 'One snapshot',
  request: { query: inWorkspace, params: named },
  responses: answer(SnapshotResult, 'The snapshot.'),
});
const edit = createRoute({
  method: 'patch',
  path: '/snapshots/{id}',
  tags,
  summary: 'Change its labels; its content never changes',
  request: { query: inWorkspace, params: named, body: body(EditSnapshot) },
  responses: answer(SnapshotResult, 'The snapshot as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/snapshots/{id}',
  tags,
  summary: 'Delete a snapshot',
  request: { query: inWorkspace, params: named },
  responses: answer(Deleted, 'Its id.'),
});
const undelete = createRoute({
  method: 'post',
  path: '/snapshots/{id}/undelete',
  tags,
  summary: 'Bring a deleted snapshot back',
  request: { query: inWorkspace, params: named },
  responses: accepted(SnapshotResult, 'Begun.'),
});
const files = createRoute({
  method: 'get',
  path: '/snapshots/{id}/files',
  tags,
  summary: 'Files in a snapshot',
  request: { query: inWorkspace.extend({ path: pathText.optional() }), params: named },
  responses: answer(FileList, 'Everything at and below the path.'),
});
const content = createRoute({
  method: 'get',
  path: '/snapshots/{id}/content',
  tags,
  summary: 'The bytes of one file in a snapshot',
  request: { query: inWorkspace.extend({ path: pathText }), params: named },
  responses: bytes,
});
const diff = createRoute({
  method: 'get',
  path: '/snapshots/{id}/diff',
  tags,
  summary: 'Compare a snapshot with another, or with the root as it is now',
  request: {
    query: inWorkspace.extend({
      to: z.string().optional().openapi({ description: 'The other snapshot. Absent: the root as it is now.' }),
      path: z
        .union([pathText, z.array(pathText)])
        .optional()
        .openapi({ description: 'Only these paths.' }),
    }),
    params: named,
  },
  responses: answer(Diff, 'The differences.'),
});
const restore = createRoute({
  method: 'post',
  path: '/snapshots/{id}/restore',
  tags,
  summary: 'Bring files back from a snapshot',
  request: { query: inWorkspace, params: named, body: body(RestoreSnapshot) },
  responses: accepted(RestoreResult, 'Begun.'),
});

export function snapshotRoutes(services: Services) {
  const { workspaces, openings } = services;
  return new OpenAPIHono()
    .openapi(list, c => {
      const { workspace, ...query } = c.req.valid('query');
      return c.json(listSnapshots(workspaces.open(workspace), query), 200);
    })
    .openapi(create, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'snapshot.create',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots', 'status'],
        run: async (context, work) => ({ snapshot: await createSnapshot(context, input, work) }),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(show, c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      return c.json({ snapshot: showSnapshot(context, c.req.valid('param').id) }, 200);
    })
    .openapi(edit, async c => {
      const snapshot = await write(services, c.req.valid('query').workspace, ['snapshots'], context =>
        editSnapshot(context, c.req.valid('param').id, c.req.valid('json')),
      );
      return c.json({ snapshot }, 200);
    })
    .openapi(remove, async c => {
      const deleted = await write(services, c.req.valid('query').workspace, ['snapshots', 'status'], context =>
        deleteSnapshots(context, [c.req.valid('param').id]),
      );
      return c.json(deleted, 200);
    })
    .openapi(undelete, c => {
      const operation = startWork(services, {
        kind: 'snapshot.undelete',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots', 'status'],
        run: async (context, work) => ({
          snapshot: await undeleteSnapshot(context, c.req.valid('param').id, work),
        }),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(files, async c => {
      const context = actingAs(workspaces.open(c.req.valid('query').workspace), c.req.header('Holdfast-User'));
      const [path] = queryTexts(c.req.url, 'path');
      const snapshot = showSnapshot(context, c.req.valid('param').id);
      const files = await listFiles(context, snapshot.id, path);
      if (workspaces.trusted) await openings.read(context, snapshot);
      return c.json({ files }, 200);
    })
    .openapi(content, async c => {
      const context = actingAs(workspaces.open(c.req.valid('query').workspace), c.req.header('Holdfast-User'));
      const [path = ''] = queryTexts(c.req.url, 'path');
      const snapshot = showSnapshot(context, c.req.valid('param').id);
      const data = await readSnapshotFile(context, snapshot.id, path);
      if (workspaces.trusted) await openings.read(context, snapshot);
      return c.body(new Uint8Array(data), 200, bytesHeaders);
    })
    .openapi(diff, async c => {
      const { workspace, to } = c.req.valid('query');
      const context = workspaces.open(workspace);
      const paths = queryTexts(c.req.url, 'path');
      const work = { signal: c.req.raw.signal };
      return c.json(await diffSnapshot(context, c.req.valid('param').id, to ?? null, paths, work), 200);
    })
    .openapi(restore, c => {
      const { id } = c.req.valid('param');
      const input = c.req.valid('json');
      const user = c.req.header('Holdfast-User');
      const operation = startWork(services, {
        kind: 'snapshot.restore',
        workspace: c.req.valid('query').workspace,
        changes: input.dryRun ? [] : ['snapshots', 'sessions', 'status'],
        run: (context, work) => restoreSnapshot(actingAs(context, user), id, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    });
}
