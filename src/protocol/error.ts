import * as z from 'zod';
import { errorCodes } from './error-codes.ts';

/** How an error crosses a process: in `{"error": …}` on the command line and in problem+json over HTTP. */
export const ErrorBody = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  path: z.string().optional(),
  hint: z.string().optional(),
  details: z.unknown().optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
