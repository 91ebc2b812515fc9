import * as z from 'zod';
import { Bytes, Count, Sha256, Time } from './common.ts';

/** What the profile calls a session. `id` is the application's own. */
export const Session = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  owner: z.string(),
  template: z.string().nullable(),
  version: Count,
  contentHash: Sha256,
  createdAt: Time,
  updatedAt: Time,
  bytes: Bytes,
  /** Root-relative, or workspace-relative when `legacy`. */
  location: z.string(),
  legacy: z.boolean(),
  unsaved: z.boolean(),
  /** Why the session's file cannot be understood; its bytes are kept all the same. */
  broken: z.string().optional(),
});
export type Session = z.infer<typeof Session>;

export const SessionResult = z.object({ session: Session });
export type SessionResult = z.infer<typeof SessionResult>;
export const SessionList = z.object({
  sessions: z.array(Session),
  nextCursor: z.string().nullable(),
  total: Count,
});
export type SessionList = z.infer<typeof SessionList>;
