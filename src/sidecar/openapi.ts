import type { OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { Problem } from './problem.ts';

/**
 * The description of every route, from the schemas that check its input. What all of them share (the token, and errors
 * as problem+json) is added here once; in the routes' own types it would only blur what each answers.
 */
export function openApiDocument(app: Pick<OpenAPIHono, 'getOpenAPI31Document'>) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: packageJson.version,
      description: packageJson.description,
      license: { name: packageJson.license },
    },
    security: [{ token: [] }],
  });
  const problem = {
    description: 'What went wrong, with a stable `code`.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const { $schema: _, ...problemSchema } = z.toJSONSchema(Problem);
  const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
  for (const item of Object.values(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (operation?.responses) operation.responses.default = problem;
    }
  }
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, Problem: problemSchema },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
