import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { openApiDocument } from './openapi.ts';
import { invalidInput, problemOf, problemResponse } from './problem.ts';
import { backupRoutes } from './routes/backups.ts';
import { eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { logRoutes } from './routes/log.ts';
import { migrationRoutes } from './routes/migrations.ts';
import { operationRoutes } from './routes/operations.ts';
import { rootRoutes } from './routes/root.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { sharingRoutes } from './routes/sharing.ts';
import { sidecarRoutes } from './routes/sidecar.ts';
import { snapshotRoutes } from './routes/snapshots.ts';
import { vaultRoutes } from './routes/vault.ts';
import { visitRoutes } from './routes/visits.ts';
import type { Services } from './services.ts';

/** Enough for a restore that names a hundred thousand paths. */
const largestBody = 16 * 1024 * 1024;

/** Every route under /v1. The type of what this returns is what the client is checked against. */
export function createApi(services: Services) {
  const app = new OpenAPIHono({
    defaultHook: result => (result.success ? undefined : invalidInput(result.target, result.error.issues)),
  });
  app.onError(problemOf);
  app.notFound(c =>
    problemResponse({
      code: 'NOT_FOUND',
      message: `There is no ${c.req.method} ${c.req.path} here.`,
      hint: 'See /v1/openapi.json for what there is.',
    }),
  );
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () =>
        problemResponse({
          code: 'CONTENT_TOO_LARGE',
          message: `The body is larger than ${largestBody / 1024 / 1024} MiB.`,
        }),
    }),
  );
  const api = app
    .route('/v1', sidecarRoutes(services))
    .route('/v1', rootRoutes(services))
    .route('/v1', snapshotRoutes(services))
    .route('/v1', sharingRoutes(services))
    .route('/v1', visitRoutes(services))
    .route('/v1', fileRoutes(services))
    .route('/v1', backupRoutes(services))
    .route('/v1', migrationRoutes(services))
    .route('/v1', sessionRoutes(services))
    .route('/v1', logRoutes(services))
    .route('/v1', vaultRoutes(services))
    .route('/v1', operationRoutes(services))
    .route('/v1', eventRoutes(services));
  api.get('/v1/openapi.json', c => c.json(openApiDocument(api)));
  return api;
}

export type Api = ReturnType<typeof createApi>;
