import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { HoldfastError } from '../../engine/errors.ts';
import { applyMigration } from '../../engine/migrations/apply.ts';
import { readPlanContent } from '../../engine/migrations/content.ts';
import { listMigrations } from '../../engine/migrations/list.ts';
import { planMigration } from '../../engine/migrations/plan.ts';
import { showMigration } from '../../engine/migrations/show.ts';
import { undoMigration } from '../../engine/migrations/undo.ts';
import { page } from '../../engine/paging.ts';
import { ListQuery } from '../../protocol/common.ts';
import {
  ApplyMigration,
  ApplyResult,
  MigrationDetails,
  MigrationPage,
  MigrationPlan,
  PlanMigration,
  UndoResult,
} from '../../protocol/migrations.ts';
import { type Services, startWork } from '../services.ts';
import { accepted, answer, body, bytes, bytesHeaders, followAt, inWorkspace, named } from './parts.ts';

const tags = ['migrations'];
const changes = ['migrations', 'snapshots', 'sessions', 'status'];

const plan = createRoute({
  method: 'post',
  path: '/migrations/plans',
  tags,
  summary: 'What would move from the legacy sources into the root',
  request: { query: inWorkspace, body: body(PlanMigration) },
  responses: accepted(MigrationPlan, 'Begun.'),
});
const content = createRoute({
  method: 'get',
  path: '/migrations/plans/{id}/content',
  tags,
  summary: 'The bytes of one planned file: at the source, in the root now, or as they would be written',
  description: 'Where there are none (a target that does not exist): 404 with `details.absent`.',
  request: {
    query: inWorkspace.extend({ item: z.string(), side: z.enum(['source', 'target', 'result']) }),
    params: named,
  },
  responses: bytes,
});
const list = createRoute({
  method: 'get',
  path: '/migrations',
  tags,
  summary: 'Migrations that were executed, newest first',
  request: { query: ListQuery.extend(inWorkspace.shape) },
  responses: answer(MigrationPage, 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: '/migrations/{id}',
  tags,
  summary: 'One migration with its plan',
  request: { query: inWorkspace, params: named },
  responses: answer(MigrationDetails, 'The migration.'),
});
const apply = createRoute({
  method: 'post',
  path: '/migrations',
  tags,
  summary: 'Execute a plan, or plan and execute',
  request: { query: inWorkspace, body: body(ApplyMigration) },
  responses: accepted(ApplyResult, 'Begun.'),
});
const undo = createRoute({
  method: 'post',
  path: '/migrations/{id}/undo',
  tags,
  summary: 'Put the root back as it was before a migration',
  request: { query: inWorkspace, params: named },
  responses: accepted(UndoResult, 'Begun.'),
});

export function migrationRoutes(services: Services) {
  const { workspaces } = services;
  return new OpenAPIHono()
    .openapi(plan, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'migration.plan',
        workspace: c.req.valid('query').workspace,
        changes: [],
        run: (context, work) => planMigration(context, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(content, async c => {
      const { workspace, item, side } = c.req.valid('query');
      const data = await readPlanContent(workspaces.open(workspace), c.req.valid('param').id, item, side);
      if (data === undefined) {
        throw new HoldfastError('NOT_FOUND', `There is no ${side} of this item.`, { details: { absent: true } });
      }
      return c.body(new Uint8Array(data), 200, bytesHeaders);
    })
    .openapi(list, c => {
      const { workspace, ...query } = c.req.valid('query');
      const { items, ...rest } = page(listMigrations(workspaces.open(workspace)), query, {
        sorts: {
          createdAt: one => one.createdAt,
          profile: one => one.profile,
          status: one => one.status,
          bytes: one => one.bytes,
        },
        defaultSort: 'createdAt',
        text: ({ id, planId, profile, status }) => `${id} ${planId} ${profile} ${status}`,
      });
      return c.json({ migrations: items, ...rest }, 200);
    })
    .openapi(show, async c => {
      const context = workspaces.open(c.req.valid('query').workspace);
      return c.json(await showMigration(context, c.req.valid('param').id), 200);
    })
    .openapi(apply, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'migration.apply',
        workspace: c.req.valid('query').workspace,
        changes: input.dryRun ? [] : changes,
        run: (context, work) => applyMigration(context, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(undo, c => {
      const { id } = c.req.valid('param');
      const operation = startWork(services, {
        kind: 'migration.undo',
        workspace: c.req.valid('query').workspace,
        changes,
        run: (context, work) => undoMigration(context, id, work),
      });
      return c.json(operation, 202, followAt(operation));
    });
}
