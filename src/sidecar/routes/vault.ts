import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { vaultStats } from '../../engine/vault/stats.ts';
import { verifyVault } from '../../engine/vault/verify.ts';
import { VaultStats, VerifyVault } from '../../protocol/vault.ts';
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
    .openapi(stats, async c => {
      const context = services.workspaces.open(c.req.valid('query').workspace);
      return c.json(await vaultStats(context), 200);
    });
}
