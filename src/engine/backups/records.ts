import * as z from 'zod';
import { Backup } from '../../protocol/backups.ts';
import { FileType, Id, Omission, Sha256, Time } from '../../protocol/common.ts';
import type { RecordKind } from '../record.ts';

/** The first entry of an archive: what it is, before anything else has to be read. */
export const Head = z.object({ id: Id, createdAt: Time, rootId: Id, scope: Backup.shape.scope });
export type Head = z.infer<typeof Head>;
export const headKind: RecordKind<Head> = { kind: 'backup', version: 1, schema: Head };

/** The last entry: every file with its digest, in the order of the archive, and what was left out. */
export const Manifest = z.object({
  entries: z.array(
    z.object({
      path: z.string(),
      /** Its name in the archive, where `archivedName` gives that of another one too. */
      archived: z.string().optional(),
      type: FileType,
      size: z.number().int().nonnegative(),
      mode: z.number().int(),
      mtime: z.string().regex(/^-?\d{1,19}$/),
      sha256: Sha256.optional(),
      target: z.string().optional(),
      /** Written with holes where it has zeros, if Holdfast restores it. */
      sparse: z.literal(true).optional(),
    }),
  ),
  omitted: z.array(Omission),
});
export type Manifest = z.infer<typeof Manifest>;
export const manifestKind: RecordKind<Manifest> = { kind: 'manifest', version: 1, schema: Manifest };

/** `<archive>.json` beside the archive: what `backup list` shows. It can be made again from the archive; `rootId` as there. */
const Side = Backup.omit({ file: true }).extend({ rootId: Id });
export type Side = z.infer<typeof Side>;
export const sideKind: RecordKind<Side> = { kind: 'backup', version: 1, schema: Side };

/** `backups.json` in the vault: other directories that backups were made in with `--to`. */
export const directoriesKind: RecordKind<{ directories: string[] }> = {
  kind: 'backupDirectories',
  version: 1,
  schema: z.object({ directories: z.array(z.string().regex(/^[^\0]+$/)) }),
};
