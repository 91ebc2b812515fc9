import * as z from 'zod';
import { Bytes, Count, Id, Omission, Sha256 } from './common.ts';
import { Session } from './sessions.ts';
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

export const ExportSession = z.object({
  /** Where the bundle goes; relative to the workspace. Nothing may be there yet. */
  file: z.string().min(1),
  /** Absent: a session that has anything of a secret area is refused. */
  includeSecrets: z.boolean().default(false),
});
export type ExportSession = z.input<typeof ExportSession>;

export const SessionExported = z.object({
  session: z.string(),
  /** Root-relative: where an import puts it. */
  location: z.string(),
  /** Absolute. */
  file: z.string(),
  versions: Count,
  /** Of the newest version. */
  files: Count,
  bytes: Bytes,
  fileBytes: Bytes,
  sha256: Sha256,
});
export type SessionExported = z.infer<typeof SessionExported>;

export const ImportSession = z.object({
  file: z.string().min(1),
  /** Make it a session of Holdfast's own under a new id, wherever it lay. */
  asNew: z.boolean().default(false),
});
export type ImportSession = z.input<typeof ImportSession>;

/** `imported` is false when the session was here already: then nothing was changed. */
export const SessionImported = z.object({ session: Session, imported: z.boolean() });
export type SessionImported = z.infer<typeof SessionImported>;
