import * as z from 'zod';

/** A file that the guarded command wrote although it should not have. */
export const Written = z.object({
  /** Relative to the workspace when inside it. */
  path: z.string(),
  change: z.enum(['created', 'modified', 'deleted']),
  /** Why it is guarded: legacy state, tracked by git, or named with `--watch`. */
  guarded: z.enum(['legacy', 'tracked', 'watched']),
});
export type Written = z.infer<typeof Written>;

/** `status`: the command's exit status, or null when a signal ended it, which `signal` then names. */
export const GuardResult = z.object({
  command: z.array(z.string()),
  status: z.number().int().nullable(),
  signal: z.string().nullable(),
  written: z.array(Written),
});
export type GuardResult = z.infer<typeof GuardResult>;
