import * as z from 'zod';

/** RFC 3339 in UTC. */
export const Time = z.iso.datetime();
/** Lower-case letters and digits, at least 96 random bits. */
export const Id = z.string().regex(/^[a-z0-9]{20,}$/);
/** 64 lower-case hexadecimal digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Relative to the root, with `/`. A byte that is not UTF-8 stands as a lone surrogate U+DC80…U+DCFF. */
export const RootPath = z.string();
export const Bytes = z.number().int().nonnegative();
export const Count = z.number().int().nonnegative();

/** Something that an operation left out, and why (design rule 2). */
export const Omission = z.object({ path: z.string(), reason: z.string() });
export type Omission = z.infer<typeof Omission>;

export const FileType = z.enum(['file', 'dir', 'link']);
export type FileType = z.infer<typeof FileType>;

/** One entry of a tree as people see it: `sha256` and `sameAs` for files only, `target` for links only. */
export const FileInfo = z.object({
  path: RootPath,
  type: FileType,
  size: Bytes,
  mode: z.number().int(),
  mtime: Time,
  sha256: Sha256.optional(),
  target: z.string().optional(),
  /** Of another name of one file (a hard link): the path of the first name. */
  sameAs: RootPath.optional(),
  /** It lies in a secret area: its content is not to be shown. */
  secret: z.literal(true).optional(),
});
export type FileInfo = z.infer<typeof FileInfo>;

export const Overwrite = z.enum(['always', 'if-changed', 'if-newer', 'never']);
export type Overwrite = z.infer<typeof Overwrite>;

/** What listings take: the contract's paging, sorting and filtering. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().optional(),
  sort: z.string().optional(),
  desc: z.stringbool().or(z.boolean()).optional(),
  filter: z.string().optional(),
  tag: z.string().optional(),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** What a restore of either kind (snapshot, backup) reports. */
export const RestoreResult = z.object({
  restored: Count,
  overwritten: Count,
  unchanged: Count,
  /** Of those that are unchanged: what `overwrite` left as it is although it differs. */
  kept: Count,
  deleted: z.array(RootPath),
  failed: z.array(Omission),
  /** What was left out on purpose. */
  omitted: z.array(Omission),
  /** With `deleteExtra`: what the snapshot does not have since it could not be captured, or was left out of an export. */
  leftAlone: z.array(RootPath),
  safetySnapshot: Id.nullable(),
  verified: Count,
  to: z.string(),
  dryRun: z.boolean(),
  /** What would change, or did: for previews and their comparison views. */
  changes: z.array(
    z.object({
      path: RootPath,
      action: z.enum(['create', 'overwrite', 'delete', 'unchanged', 'keep']),
      type: FileType,
    }),
  ),
});
export type RestoreResult = z.infer<typeof RestoreResult>;
