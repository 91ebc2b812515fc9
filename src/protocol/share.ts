import * as z from 'zod';
import { Bytes, Count, Id, Omission, Sha256 } from './common.ts';
import { Snapshot } from './snapshots.ts';

export const ExportSnapshot = z.object({
  /** Where the bundle goes; relative to the workspace. Nothing may be there yet. */
  file: z.string().min(1),
  includeSecrets: z.boolean().default(false),
});
export type ExportSnapshot = z.input<typeof ExportSnapshot>;

export const ExportResult = z.object({
  snapshot: Id,
  /** Absolute. */
  file: z.string(),
  files: Count,
  bytes: Bytes,
  fileBytes: Bytes,
  sha256: Sha256,
  omitted: z.array(Omission),
});
export type ExportResult = z.infer<typeof ExportResult>;

export const ImportSnapshot = z.object({ file: z.string().min(1) });
export type ImportSnapshot = z.infer<typeof ImportSnapshot>;

/** `imported` is false when the snapshot was here already: then nothing was changed. */
export const ImportResult = z.object({ snapshot: Snapshot, imported: z.boolean() });
export type ImportResult = z.infer<typeof ImportResult>;
