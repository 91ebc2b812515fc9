import type { ErrorBody } from '../protocol/error.ts';
import { type ErrorCode, errorCodes } from '../protocol/error-codes.ts';

interface ErrorParts {
  /** The file, directory or record that it happened to. */
  path?: string | undefined;
  /** What the person can do next. */
  hint?: string | undefined;
  details?: unknown;
  cause?: unknown;
}

/** The one error that leaves the engine: a stable code, what happened, to which path, what to do next (design rule 10). */
export class HoldfastError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly hint: string | undefined;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, { cause: parts.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.path = parts.path;
    this.hint = parts.hint;
    this.details = parts.details;
  }

  static is(error: unknown, ...codes: ErrorCode[]): error is HoldfastError {
    return error instanceof HoldfastError && (codes.length === 0 || codes.includes(error.code));
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.path === undefined ? {} : { path: this.path }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

const systemHints: Record<string, [ErrorCode, string, string]> = {
  ENOSPC: ['DISK_FULL', 'The disk is full', 'Free some space and run the command again; nothing was changed.'],
  EDQUOT: ['DISK_FULL', 'The disk quota is used up', 'Free some space and run the command again; nothing was changed.'],
  EACCES: ['UNREADABLE', 'Permission denied', 'Check the owner and mode of this path.'],
  EPERM: ['UNREADABLE', 'Operation not permitted', 'Check the owner and attributes of this path.'],
  EROFS: ['UNREADABLE', 'The file system is read-only', 'Choose another place or remount it writable.'],
  EIO: ['UNREADABLE', 'The disk reported an input/output error', 'Check the disk; take a backup of what can be read.'],
  ENOTDIR: [
    'CONFLICT',
    'Something else is where a directory should be',
    'Look at what lies there, then run the command again.',
  ],
  EMFILE: ['FAILED', 'Too many open files', 'Raise the limit (ulimit -n) and run the command again.'],
  ENAMETOOLONG: ['INVALID_NAME', 'The name is too long', 'Use a shorter path.'],
};

/** The system's error code (`ENOENT`, …), if this is a system error. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Only this means that something is absent (design rule 3). */
export function isAbsent(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

/**
 * Any thrown thing as the one error of the engine.
 *
 * @param at what it happened to where the system does not say: it does not tell which file took no more bytes
 */
export function asHoldfastError(error: unknown, at?: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new HoldfastError('CANCELLED', 'Cancelled; everything is as it was before.');
  }
  const system = systemCode(error);
  const path = (error instanceof Error ? (error as NodeJS.ErrnoException).path : undefined) ?? at;
  const known = system === undefined ? undefined : systemHints[system];
  if (known)
    return new HoldfastError(known[0], `${known[1]}${path ? `: ${path}` : ''}`, { path, hint: known[2], cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new HoldfastError('FAILED', message, { path, cause: error });
}

/** The engine's error from its form on the wire. */
export function fromBody(body: ErrorBody): HoldfastError {
  const code = errorCodes.includes(body.code) ? body.code : 'FAILED';
  return new HoldfastError(code, body.message, { path: body.path, hint: body.hint, details: body.details });
}
