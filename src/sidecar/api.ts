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
import { sessionBufferRoutes } from './routes/session-buffers.ts';
import { sessionContentRoutes } from './routes/session-content.ts';
import { sessionSharingRoutes } from './routes/session-sharing.ts';
import { sessionVersionRoutes } from './routes/session-versions.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { sharingRoutes } from './routes/sharing.ts';
import { sidecarRoutes } from './routes/sidecar.ts';
import { snapshotRoutes } from './routes/snapshots.ts';
import { vaultRoutes } from './routes/vault.ts';
import { visitRoutes } from './routes/visits.ts';
import type { Services } from './services.ts';

/** Enough for a restore that names a hundred thousand paths. */
const largestBody = 16 * 1024 * 1024;
/** The content of a session as text inside JSON. How much it may have by itself is for the engine to say. */
const largestSession = 128 * 1024 * 1024;
const sessionBodies = /^\/v1\/sessions(\/[^/]+\/buffer)?$/;
/** Read by their routes, as far as the settings of their workspace allow. */
const rawBodies = /^\/v1\/sessions\/[^/]+\/(content|merge)$/;

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
  app.use((c, next) => {
    if (rawBodies.test(c.req.path)) return next();
    return limitBody(sessionBodies.test(c.req.path) ? largestSession : largestBody)(c, next);
  });
  const api = app
    .route('/v1', sidecarRoutes(services))
    .route('/v1', rootRoutes(services))
    .route('/v1', snapshotRoutes(services))
    .route('/v1', sharingRoutes(services))
    .route('/v1', visitRoutes(services))
    .route('/v1', fileRoutes(services))
    .route('/v1', backupRoutes(services))
    .route('/v1', migrationRoutes(services))
    // Before `/sessions/{id}`: `recoverable` is no session.
    .route('/v1', sessionBufferRoutes(services))
    .route('/v1', sessionRoutes(services))
    .route('/v1', sessionContentRoutes(services))
    .route('/v1', sessionVersionRoutes(services))
    .route('/v1', sessionSharingRoutes(services))
    .route('/v1', logRoutes(services))
    .route('/v1', vaultRoutes(services))
    .route('/v1', operationRoutes(services))
    .route('/v1', eventRoutes(services));
  api.get('/v1/openapi.json', c => c.json(openApiDocument(api)));
  return api;
}

export type Api = ReturnType<typeof createApi>;

function limitBody(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () =>
      problemResponse({
        code: 'CONTENT_TOO_LARGE',
        message: `The body is larger than ${maxSize / 1024 / 1024} MiB.`,
      }),
  });
}
