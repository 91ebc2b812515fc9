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

/** Bytes of a record in an archive that a reader takes: of the whole, for what was left out, and for each entry. */
const most = { whole: 24 * 1024 * 1024, entry: 1024 };
export const longestRecord = (entries: number) => most.whole + entries * most.entry;

/** What was left out, as far as there is room for it in a record; the last one says how many more there were. */
export function boundedOmissions(omitted: readonly Omission[]): Omission[] {
  let room = most.whole - 1024 * 1024;
  const fits = omitted.findIndex(one => {
    room -= Buffer.byteLength(JSON.stringify(one)) + 1;
    return room < 0;
  });
  if (fits < 0) return [...omitted];
  const more = omitted.length - fits;
  return [...omitted.slice(0, fits), { path: '.', reason: `${more} more were left out than a record has room for` }];
}

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
