import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import packageJson from '../../../package.json' with { type: 'json' };
import { HoldfastError } from '../../engine/errors.ts';
import type { Services } from '../services.ts';
import { SetWorkspaces } from '../workspaces.ts';
import { answer, body } from './parts.ts';

const Health = z.object({ status: z.literal('ok'), version: z.string(), pid: z.number().int() });
const Served = z.object({ folders: z.array(z.string()) });

const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['health'],
  summary: 'Whether the sidecar answers, and which it is',
  responses: answer(Health, 'It does.'),
});
const setWorkspaces = createRoute({
  method: 'put',
  path: '/workspaces',
  tags: ['workspaces'],
  summary: 'Which folders are served, and with which settings',
  description: 'Only the process that started the sidecar may say so; `holdfast serve` refuses it.',
  request: { body: { ...body(SetWorkspaces), required: true } },
  responses: answer(Served, 'The folders.'),
});

export function sidecarRoutes({ workspaces, workspacesCanChange }: Services) {
  return new OpenAPIHono()
    .openapi(health, c => c.json({ status: 'ok' as const, version: packageJson.version, pid: process.pid }, 200))
    .openapi(setWorkspaces, c => {
      if (!workspacesCanChange) {
        throw new HoldfastError('UNTRUSTED', 'The folders that this process serves were named when it was started.', {
          hint: 'Start it again with other folders.',
        });
      }
      const { workspaces: served, trusted } = c.req.valid('json');
      workspaces.set(served, trusted);
      return c.json({ folders: workspaces.folders }, 200);
    });
}
