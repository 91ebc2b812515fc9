import * as z from 'zod';
import { Bytes, Count, Id, Omission, Overwrite, Sha256, Time } from './common.ts';
import { BrokenRecord } from './snapshots.ts';

export const Backup = z.object({
  id: Id,
  file: z.string(),
  createdAt: Time,
  /** `legacy`: it holds what lay in legacy places, instead of the root. */
  scope: z.object({
    areas: z.array(z.string()),
    secrets: z.boolean(),
    vault: z.boolean(),
    legacy: z.boolean().optional(),
  }),
  files: Count,
  bytes: Bytes,
  archiveBytes: Bytes,
  sha256: Sha256,
  omitted: z.array(Omission),
});
export type Backup = z.infer<typeof Backup>;

export const BackupResult = z.object({ backup: Backup });
export type BackupResult = z.infer<typeof BackupResult>;
export const BackupList = z.object({ directory: z.string(), backups: z.array(Backup), broken: z.array(BrokenRecord) });
export type BackupList = z.infer<typeof BackupList>;
/** Over HTTP, where every list comes in pages. */
export const BackupPage = BackupList.extend({ nextCursor: z.string().nullable(), total: Count });

export const CreateBackup = z.object({
  areas: z.array(z.string()).default([]),
  to: z.string().min(1).optional(),
  includeSecrets: z.boolean().default(false),
  withVault: z.boolean().default(false),
  legacy: z.boolean().default(false),
});
export type CreateBackup = z.input<typeof CreateBackup>;

export const VerifyBackup = z.object({ ok: z.boolean(), files: Count, bytes: Bytes, bad: z.array(Omission) });
export type VerifyBackup = z.infer<typeof VerifyBackup>;

export const RestoreBackup = z.object({
  paths: z.array(z.string()).default([]),
  to: z.string().min(1).optional(),
  overwrite: Overwrite.default('always'),
  dryRun: z.boolean().default(false),
});
export type RestoreBackup = z.input<typeof RestoreBackup>;
