import type { ErrorBody } from '../../protocol/error.ts';
import { fromBody, HoldfastError, systemCode } from '../errors.ts';

/** An error on its way between threads: what crosses by itself is no more than its message. */
export type ErrorMessage = { engine: ErrorBody } | { message: string; code?: string; path?: string };

export function errorMessage(error: unknown): ErrorMessage {
  if (HoldfastError.is(error)) return { engine: error.toBody() };
  if (!(error instanceof Error)) return { message: String(error) };
  const code = systemCode(error);
  const { path } = error as NodeJS.ErrnoException;
  return { message: error.message, ...(code === undefined ? {} : { code }), ...(path === undefined ? {} : { path }) };
}

/** The error again, as it was thrown. */
export function thrownError(message: ErrorMessage): Error {
  if ('engine' in message) return fromBody(message.engine);
  const { message: text, ...parts } = message;
  return Object.assign(new Error(text), parts);
}
