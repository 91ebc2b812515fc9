import * as z from 'zod';
import { Count, Time } from './common.ts';
import { ErrorBody } from './error.ts';

/** How far a long operation is. `total` is 0 while it is not known yet. */
export const Progress = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.enum(['files', 'bytes', 'items']),
});
export type Progress = z.infer<typeof Progress>;

export const Operation = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  startedAt: Time,
  progress: Progress.nullable(),
  result: z.unknown().optional(),
  error: ErrorBody.optional(),
});
export type Operation = z.infer<typeof Operation>;

export const OperationPage = z.object({
  operations: z.array(Operation),
  nextCursor: z.string().nullable(),
  total: Count,
});

/** What `/v1/events` sends. `changed` names the nouns whose listings may differ now. */
export const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('operation'), workspace: z.string(), operation: Operation }),
  z.object({
    type: z.literal('changed'),
    workspace: z.string(),
    nouns: z.array(z.string()),
    paths: z.array(z.string()),
  }),
]);
export type ServerEvent = z.infer<typeof ServerEvent>;
