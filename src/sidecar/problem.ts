import { STATUS_CODES } from 'node:http';
import { HTTPException } from 'hono/http-exception';
import * as z from 'zod';
import { asHoldfastError } from '../engine/errors.ts';
import { ErrorBody } from '../protocol/error.ts';
import { type ErrorCode, errorCodes } from '../protocol/error-codes.ts';

/** What only HTTP knows: these never leave the engine and mean nothing on the command line. */
const httpCodes = ['UNAUTHORIZED', 'UNSUPPORTED_MEDIA_TYPE', 'MISDIRECTED'] as const;
type HttpCode = (typeof httpCodes)[number];

const statusOf: Record<ErrorCode | HttpCode, number> = {
  FAILED: 500,
  NOT_FOUND: 404,
  UNREADABLE: 500,
  DISK_FULL: 507,
  NEWER_VERSION: 409,
  ARCHIVE_UNSAFE: 422,
  INVALID_CONFIG: 400,
  INVALID_NAME: 400,
  SIDECAR_FAILED: 500,
  USAGE: 400,
  AMBIGUOUS: 400,
  CONFLICT: 409,
  PLAN_STALE: 409,
  VERSION_CONFLICT: 412,
  CORRUPT: 500,
  LOCKED: 423,
  ROOT_UNUSABLE: 409,
  ROOT_MISSING: 409,
  UNTRUSTED: 403,
  CANCELLED: 409,
  UNAUTHORIZED: 401,
  CONTENT_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  MISDIRECTED: 421,
};

/** An error over HTTP: RFC 9457, with the engine's code, path, hint and details as members of their own. */
export const Problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum([...errorCodes, ...httpCodes]),
  path: ErrorBody.shape.path,
  hint: ErrorBody.shape.hint,
  details: ErrorBody.shape.details,
});
export type Problem = z.infer<typeof Problem>;

type ProblemParts = Omit<ErrorBody, 'code'> & { code: ErrorCode | HttpCode };

/** The answer that tells of a problem. */
export function problemResponse({ message, ...parts }: ProblemParts, headers: Record<string, string> = {}): Response {
  const status = statusOf[parts.code];
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    ...parts,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
  });
}

/** Any thrown thing as an answer: the engine's errors, those of Hono (a body that is no JSON), and the unforeseen. */
export function problemOf(error: unknown): Response {
  if (error instanceof HTTPException) {
    if (error.status === 415) {
      return problemResponse({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: 'The body is not JSON.',
        hint: 'Send JSON with the header Content-Type: application/json.',
      });
    }
    return problemResponse({ code: error.status < 500 ? 'USAGE' : 'FAILED', message: error.message });
  }
  return problemResponse(asHoldfastError(error).toBody());
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

/** Input that does not fit its schema, naming the first field and listing all of them. */
export function invalidInput(target: string, issues: readonly Issue[]): Response {
  const where = (issue: Issue) => issue.path.map(String).join('.');
  const place = target === 'json' ? 'body' : target;
  const first = issues[0];
  const field = first && where(first) ? `${place} field "${where(first)}"` : place;
  return problemResponse({
    code: 'USAGE',
    message: `The ${field} cannot be used: ${first?.message ?? 'it does not fit'}.`,
    hint: 'See /v1/openapi.json for what this route takes.',
    details: { issues: issues.map(issue => ({ in: place, field: where(issue), message: issue.message })) },
  });
}
