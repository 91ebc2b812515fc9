import { z } from '@hono/zod-openapi';
import { operationOf } from '../services.ts';

/** What the routes' descriptions are made of. */

export const inWorkspace = z.object({
  workspace: z.string().optional().openapi({ description: 'The folder, absolute. Absent: the first that is served.' }),
});

/** A record is named by its id, a unique prefix of one, `latest`, or its title. */
export const named = z.object({
  id: z.string().min(1).openapi({ description: 'Id, unique prefix of one, `latest`, or title.' }),
});

/** A root-relative path, as its percent-encoded bytes. */
export const pathText = z.string().openapi({ description: 'Root-relative; the percent-encoded bytes of the name.' });

export function answer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } } } as const;
}

/** As `answer`, with the version of what it shows as its ETag. */
export function tagged<Schema extends z.ZodType>(schema: Schema, description: string) {
  return {
    200: { description, content: { 'application/json': { schema } }, headers: tagHeader },
  } as const;
}

const tagHeader = z.object({ ETag: z.string().openapi({ description: 'Its version, for `If-Match`.' }) });

/** For the description of routes that heed `If-Match`. */
export const ifMatch = {
  parameters: [
    {
      name: 'If-Match',
      in: 'header' as const,
      schema: { type: 'string' as const },
      description: 'The ETag that was seen. When it is another one by now: 412. Absent: whatever there is.',
    },
  ],
};

/** For the description of routes that take bytes as they are. */
export const bytesBody = {
  requestBody: {
    required: true,
    content: { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } },
  },
};

/** 202 and the operation that will have `result`. */
export function accepted<Schema extends z.ZodType>(result: Schema, description: string) {
  return {
    202: { description, content: { 'application/json': { schema: operationOf(result) } }, headers: locationHeader },
  } as const;
}

const locationHeader = z.object({
  Location: z.string().openapi({ description: 'Where the operation can be followed.' }),
});

export const bytes = {
  200: {
    description: 'The bytes.',
    content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
  },
} as const;

/** Fields that no schema knows are refused: a misspelt `dryRun` must not run for real. */
export function body<Schema extends z.ZodObject>(schema: Schema) {
  return { required: false, content: { 'application/json': { schema: schema.strict() as Schema } } } as const;
}

/** Headers of a 202: where to follow the operation. */
export function followAt(operation: { id: string }): { Location: string } {
  return { Location: `/v1/operations/${operation.id}` };
}

/** Bytes as an answer; never sniffed, shown or cached by whoever passes them on. */
export const bytesHeaders = {
  'Content-Type': 'application/octet-stream',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
} as const;
