import * as z from 'zod';
import { Bytes, Count, FileInfo, Id, Sha256, Time } from './common.ts';

const characters = (most: number) => (text: string) => [...text].length <= most;
/** Of sessions that Holdfast makes. What an application calls its own is shown as it is. */
export const SessionTitle = z
  .string()
  .trim()
  .min(1, 'a session needs a title')
  .refine(characters(50), 'a title has at most 50 characters');
export const SessionDescription = z.string().refine(characters(250), 'a description has at most 250 characters');

/**
 * Working state with a version: a session that Holdfast made (`sessions/<id>/`), or what the profile calls one. Of the
 * latter, `id` and the words are the application's own.
 */
export const Session = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  owner: z.string(),
  template: z.string().nullable(),
  /** The newest one in the history; 1 for what nothing has captured yet. */
  version: Count,
  /** Of one file: of its bytes. Of several: of a list of their paths and hashes (docs/format.md). */
  contentHash: Sha256,
  createdAt: Time,
  updatedAt: Time,
  bytes: Bytes,
  /** Root-relative, or workspace-relative when `legacy`. */
  location: z.string(),
  legacy: z.boolean(),
  /** There are edits in a recovery buffer. */
  unsaved: z.boolean(),
  /** Some program wrote since the newest version was made; the next change makes a version of it first. */
  uncaptured: z.literal(true).optional(),
  /** Why the session's file cannot be understood; its bytes are kept all the same. */
  broken: z.string().optional(),
});
export type Session = z.infer<typeof Session>;

export const SessionResult = z.object({ session: Session });
export type SessionResult = z.infer<typeof SessionResult>;
export const SessionList = z.object({
  sessions: z.array(Session),
  nextCursor: z.string().nullable(),
  total: Count,
});
export type SessionList = z.infer<typeof SessionList>;

/** What made a version. `capture`: some program wrote, and Holdfast noticed. */
export const VersionAction = z.enum([
  'create',
  'update',
  'capture',
  'revert',
  'merge',
  'recover',
  'delete',
  'undelete',
  'import',
]);
export type VersionAction = z.infer<typeof VersionAction>;

export const SessionVersion = z.object({
  version: z.number().int().positive(),
  contentHash: Sha256,
  createdAt: Time,
  actor: z.string(),
  bytes: Bytes,
  files: Count,
  action: VersionAction,
  /** The version that it goes back to, or was made from. */
  from: Count.nullable(),
});
export type SessionVersion = z.infer<typeof SessionVersion>;

export const SessionHistory = z.object({ session: Session.nullable(), versions: z.array(SessionVersion) });
export type SessionHistory = z.infer<typeof SessionHistory>;

export const CreateSession = z.object({
  title: SessionTitle,
  description: SessionDescription.default(''),
  owner: z.string().max(200).optional(),
  template: z.string().max(200).nullable().default(null),
  /** An absolute path, or the id of a session or snapshot to begin with. Absent: empty. */
  from: z.string().optional(),
});
export type CreateSession = z.input<typeof CreateSession>;

export const EditSession = z.object({ title: SessionTitle, description: SessionDescription }).partial();
export type EditSession = z.infer<typeof EditSession>;

export const RevertSession = z.object({
  version: z.number().int().positive(),
  expectVersion: Count.optional(),
});
export type RevertSession = z.infer<typeof RevertSession>;

/** Two versions compared; files of a session of one file have its name. */
export const SessionDiff = z.object({
  a: Count,
  b: Count.nullable(),
  added: z.array(FileInfo),
  removed: z.array(FileInfo),
  modified: z.array(z.object({ path: z.string(), before: FileInfo, after: FileInfo })),
  unchanged: Count,
});
export type SessionDiff = z.infer<typeof SessionDiff>;

/** Where two changes of the same thing met. `path` is a JSON pointer into the file, empty for the file as a whole. */
export const MergeConflict = z.object({ file: z.string(), path: z.string(), reason: z.string() });
export type MergeConflict = z.infer<typeof MergeConflict>;

/** Edits that were typed and not saved. */
export const RecoveryBuffer = z.object({
  /** The buffer's own. */
  id: Id,
  session: z.string(),
  title: z.string(),
  /** Which file of the session; empty for a session of one file. */
  file: z.string(),
  location: z.string(),
  /** The version it was typed over. */
  base: Count,
  /** The newest version now. */
  version: Count,
  startedAt: Time,
  updatedAt: Time,
  bytes: Bytes,
  /** Whoever types is still there. */
  active: z.boolean(),
  broken: z.string().optional(),
});
export type RecoveryBuffer = z.infer<typeof RecoveryBuffer>;
export const RecoverableList = z.object({ recoverable: z.array(RecoveryBuffer) });
export type RecoverableList = z.infer<typeof RecoverableList>;

/** One edit of a text: so many UTF-16 code units at `offset` become `text`. */
export const TextEdit = z.object({ offset: Count, length: Count, text: z.string() });
export type TextEdit = z.infer<typeof TextEdit>;

/** Edits of one file of a session, in the order in which they were made. */
export const EditBuffer = z.object({
  /** Absent: a new buffer. */
  bufferId: Id.optional(),
  /** Which file of a session that has several. */
  file: z.string().optional(),
  /** The version that is being edited. */
  base: Count,
  /** UTF-16 code units that the text had before these edits, so that a lost edit is noticed. */
  before: Count,
  edits: z.array(TextEdit).default([]),
  /** The whole text instead: begins the buffer anew. */
  text: z.string().optional(),
});
export type EditBuffer = z.input<typeof EditBuffer>;

export const BufferState = z.object({ bufferId: Id, length: Count, bytes: Bytes });
export type BufferState = z.infer<typeof BufferState>;

export const RecoverSession = z.object({
  bufferId: Id.optional(),
  /** Absent: the version that was edited. */
  expectVersion: Count.optional(),
  /** Where the session went on meanwhile: bring the edits together with what is there. */
  merge: z.boolean().default(false),
});
export type RecoverSession = z.input<typeof RecoverSession>;
