/** Stable codes of everything that can go wrong, with the exit status that the command line gives each (contract). */
export const exitStatusOf = {
  FAILED: 1,
  NOT_FOUND: 1,
  UNREADABLE: 1,
  DISK_FULL: 1,
  NEWER_VERSION: 1,
  ARCHIVE_UNSAFE: 1,
  INVALID_CONFIG: 1,
  INVALID_NAME: 1,
  CONTENT_TOO_LARGE: 1,
  SIDECAR_FAILED: 1,
  USAGE: 2,
  AMBIGUOUS: 2,
  CONFLICT: 4,
  PLAN_STALE: 4,
  VERSION_CONFLICT: 4,
  CORRUPT: 5,
  LOCKED: 6,
  ROOT_UNUSABLE: 7,
  ROOT_MISSING: 7,
  UNTRUSTED: 7,
  CANCELLED: 130,
} as const;

export type ErrorCode = keyof typeof exitStatusOf;

export const errorCodes = Object.keys(exitStatusOf) as [ErrorCode, ...ErrorCode[]];
