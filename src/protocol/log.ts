import * as z from 'zod';
import { Count, Sha256, Time } from './common.ts';

export const LogEntry = z.object({
  at: Time,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  details: z.record(z.string(), z.unknown()),
  prev: Sha256.nullable(),
  hash: Sha256,
});
export type LogEntry = z.infer<typeof LogEntry>;
export const LogList = z.object({ entries: z.array(LogEntry), nextCursor: z.string().nullable(), total: Count });
export type LogList = z.infer<typeof LogList>;
