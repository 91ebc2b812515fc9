import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createBackup } from '../../engine/backups/create.ts';
import { deleteBackup } from '../../engine/backups/delete.ts';
import { listBackups } from '../../engine/backups/list.ts';
import { restoreBackup } from '../../engine/backups/restore.ts';
import { verifyBackup } from '../../engine/backups/verify.ts';
import { page } from '../../engine/paging.ts';
import { BackupPage, BackupResult, CreateBackup, RestoreBackup, VerifyBackup } from '../../protocol/backups.ts';
import { ListQuery, RestoreResult } from '../../protocol/common.ts';
import { Deleted } from '../../protocol/snapshots.ts';
import { type Services, startWork, write } from '../services.ts';
import { accepted, answer, body, followAt, inWorkspace } from './parts.ts';

const tags = ['backups'];

const archive = z.object({
  id: z.string().min(1).openapi({ description: 'Id, unique prefix of one, `latest`, or the path of an archive file.' }),
});

const list = createRoute({
  method: 'get',
  path: '/backups',
  tags,
  summary: 'Backups of this root, newest first',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(BackupPage, 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/backups',
  tags,
  summary: 'Make a portable archive of the root',
  request: { query: inWorkspace, body: body(CreateBackup) },
  responses: accepted(BackupResult, 'Begun.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/backups/{id}',
  tags,
  summary: 'Delete a backup',
  request: { query: inWorkspace, params: archive },
  responses: answer(Deleted, 'Its id.'),
});
const verify = createRoute({
  method: 'post',
  path: '/backups/{id}/verify',
  tags,
  summary: 'Read every byte of a backup and compare it with its manifest',
  request: { query: inWorkspace, params: archive },
  responses: accepted(VerifyBackup, 'Begun.'),
});
const restore = createRoute({
  method: 'post',
  path: '/backups/{id}/restore',
  tags,
  summary: 'Bring files back from a backup',
  request: { query: inWorkspace, params: archive, body: body(RestoreBackup) },
  responses: accepted(RestoreResult, 'Begun.'),
});

export function backupRoutes(services: Services) {
  return new OpenAPIHono()
    .openapi(list, c => {
      const { workspace, ...query } = c.req.valid('query');
      const { backups, ...rest } = listBackups(services.workspaces.open(workspace));
      const { items, nextCursor, total } = page(backups, query, {
        sorts: { createdAt: one => one.createdAt, file: one => one.file, bytes: one => one.bytes },
        defaultSort: 'createdAt',
        text: ({ id, file }) => `${id} ${file}`,
      });
      return c.json({ ...rest, backups: items, nextCursor, total }, 200);
    })
    .openapi(create, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'backup.create',
        workspace: c.req.valid('query').workspace,
        changes: ['backups', 'status'],
        run: async (context, work) => ({ backup: await createBackup(context, input, work) }),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(remove, async c => {
      const deleted = await write(services, c.req.valid('query').workspace, ['backups', 'status'], context =>
        deleteBackup(context, c.req.valid('param').id),
      );
      return c.json(deleted, 200);
    })
    .openapi(verify, c => {
      const { id } = c.req.valid('param');
      const operation = startWork(services, {
        kind: 'backup.verify',
        workspace: c.req.valid('query').workspace,
        changes: [],
        run: (context, work) => verifyBackup(context, id, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(restore, c => {
      const { id } = c.req.valid('param');
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'backup.restore',
        workspace: c.req.valid('query').workspace,
        changes: input.dryRun ? [] : ['snapshots', 'sessions', 'status'],
        run: (context, work) => restoreBackup(context, id, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    });
}
