import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { pruneVault } from '../../engine/vault/prune/prune.ts';
import { repairVault } from '../../engine/vault/repair.ts';
import { vaultStats } from '../../engine/vault/stats.ts';
import { verifyVault } from '../../engine/vault/verify.ts';
import { PruneResult, PruneVault } from '../../protocol/retention.ts';
import { RepairVault, VaultStats, VerifyVault } from '../../protocol/vault.ts';
import { type Services, startWork } from '../services.ts';
import { accepted, answer, body, followAt, inWorkspace } from './parts.ts';

const tags = ['vault'];

const verify = createRoute({
  method: 'post',
  path: '/vault/verify',
  tags,
  summary: 'Check the structure of the vault, or every byte',
  request: { query: inWorkspace, body: body(z.object({ readData: z.boolean().optional() })) },
  responses: accepted(VerifyVault, 'Begun.'),
});
const prune = createRoute({
  method: 'post',
  path: '/vault/prune',
  tags,
  summary: 'Delete old snapshots by rules, say why each of the others is kept, and free space',
  request: { query: inWorkspace, body: body(PruneVault) },
  responses: accepted(PruneResult, 'Begun.'),
});
const repair = createRoute({
  method: 'post',
  path: '/vault/repair',
  tags,
  summary: 'Bring back what is damaged, from the root or a backup',
  request: { query: inWorkspace },
  responses: accepted(RepairVault, 'Begun.'),
});
const stats = createRoute({
  method: 'get',
  path: '/vault/stats',
  tags,
  summary: 'What the vault holds',
  request: { query: inWorkspace },
  responses: answer(VaultStats, 'Counts and sizes.'),
});

export function vaultRoutes(services: Services) {
  return new OpenAPIHono()
    .openapi(verify, c => {
      const { readData = false } = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'vault.verify',
        workspace: c.req.valid('query').workspace,
        changes: [],
        run: (context, work) => verifyVault(context, { readData }, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(prune, c => {
      const input = c.req.valid('json');
      const operation = startWork(services, {
        kind: 'vault.prune',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots', 'sessions', 'status'],
        run: (context, work) => pruneVault(context, input, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(repair, c => {
      const operation = startWork(services, {
        kind: 'vault.repair',
        workspace: c.req.valid('query').workspace,
        changes: ['snapshots', 'status'],
        run: (context, work) => repairVault(context, work),
      });
      return c.json(operation, 202, followAt(operation));
    })
    .openapi(stats, async c => {
      const context = services.workspaces.open(c.req.valid('query').workspace);
      return c.json(await vaultStats(context), 200);
    });
}
