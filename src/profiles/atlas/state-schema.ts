import * as z from 'zod';

/**
 * What today's program (V2.0.0) needs to find in a state file. One value that it does not understand makes it replace
 * the whole file, so this is checked to warn of it. Keys that it does not know are no problem to it.
 */

const date = z.number();
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
const texts = z.array(z.string());
const list = <T extends z.ZodType>(item: T) => z.array(item);
const optional = <T extends z.ZodType>(value: T) => value.nullish();

const finding = z.looseObject({
  id: uuid,
  title: z.string(),
  detail: z.string(),
  bytes: z.number(),
  risk: z.enum(['safe', 'review', 'advanced']),
  category: z.string(),
  targetPaths: optional(texts),
  explanation: optional(z.string()),
  fileAge: optional(z.looseObject({ lastModifiedDate: optional(date), creationDate: optional(date) })),
  storageCategory: optional(
    z.enum([
      'systemCache',
      'appCache',
      'developerArtifact',
      'browserData',
      'logFile',
      'downloadArtifact',
      'mailAttachment',
      'oldBackup',
      'unknown',
    ]),
  ),
});

const footprint = z.looseObject({
  id: uuid,
  name: z.string(),
  bundleIdentifier: z.string(),
  bundlePath: z.string(),
  bytes: z.number(),
  leftoverItems: z.number(),
  // A dictionary with keys of an enum: Swift writes it as a list of keys and values in turn.
  evidenceSummary: optional(z.array(z.unknown())),
});

const appPayload = z.looseObject({
  app: footprint,
  uninstallEvidence: z.looseObject({
    bundlePath: z.string(),
    bundleBytes: z.number(),
    reviewOnlyGroups: z.array(z.looseObject({})),
  }),
});

const payload = z.union([
  z.looseObject({ finding }),
  z.looseObject({ app: z.union([appPayload, footprint]) }),
  z.looseObject({
    fileOrganizer: z.looseObject({
      moveMappings: list(z.looseObject({ originalPath: z.string(), destinationPath: z.string() })),
      sourceFolder: z.string(),
    }),
  }),
]);

const taskRun = z.looseObject({
  id: uuid,
  kind: z.enum(['scan', 'executePlan', 'uninstallApp', 'restore', 'inspectPermissions', 'organizeFiles']),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  summary: z.string(),
  startedAt: date,
  finishedAt: optional(date),
});

const recoveryItem = z.looseObject({
  id: uuid,
  title: z.string(),
  detail: z.string(),
  originalPath: z.string(),
  bytes: z.number(),
  deletedAt: date,
  expiresAt: optional(date),
  payload: optional(payload),
  restoreMappings: optional(list(z.looseObject({ originalPath: z.string(), trashedPath: z.string() }))),
});

const planItem = z.looseObject({
  id: uuid,
  title: z.string(),
  detail: z.string(),
  kind: z.enum(['removeCache', 'removeApp', 'archiveFile', 'inspectPermission', 'reviewEvidence', 'organizeFile']),
  recoverable: z.boolean(),
});

export const workspaceState = z.looseObject({
  schemaVersion: z.number(),
  savedAt: date,
  snapshot: z.looseObject({
    reclaimableSpaceBytes: z.number(),
    findings: list(finding),
    apps: list(footprint),
    taskRuns: list(taskRun),
    recoveryItems: list(recoveryItem),
    permissions: list(
      z.looseObject({
        kind: z.enum(['fullDiskAccess', 'accessibility', 'notifications']),
        isGranted: z.boolean(),
        rationale: z.string(),
      }),
    ),
    healthSnapshot: optional(z.looseObject({})),
    fileOrganizerEntries: optional(list(z.looseObject({}))),
  }),
  currentPlan: z.looseObject({ id: uuid, title: z.string(), items: list(planItem), estimatedBytes: z.number() }),
  settings: z.looseObject({
    recoveryRetentionDays: optional(z.number()),
    notificationsEnabled: optional(z.boolean()),
    excludedPaths: optional(texts),
    language: optional(z.enum(['zh-Hans', 'en'])),
    theme: optional(z.enum(['system', 'light', 'dark'])),
  }),
});
