import * as z from 'zod';
import { Snapshot } from '../../../protocol/snapshots.ts';
import { HoldfastError } from '../../errors.ts';
import type { RecordKind } from '../../record.ts';

/**
 * One snapshot as one file (docs/format.md, "Bundles"):
 *
 *     "holdfast-bundle-1\n"  record length u32  record  blocks as in packs, trees first  SHA-256 of all before
 */
export const bundleMagic = Buffer.from('holdfast-bundle-1\n');
export const recordStart = bundleMagic.length + 4;
export const digestLength = 32;

/** Of the record; it grows only with the list of what was left out. */
export const longestRecord = 64 * 1024 * 1024;

const Bundle = z.object({ snapshot: Snapshot });
export const bundleKind: RecordKind<z.infer<typeof Bundle>> = { kind: 'bundle', version: 1, schema: Bundle };

export function corruptBundle(path: string, why: string): HoldfastError {
  return new HoldfastError('CORRUPT', `This is not a whole exported snapshot: ${why}.`, {
    path,
    hint: 'Nothing was changed. Have it exported, or copied, again.',
  });
}

export function unsafeBundle(path: string, why: string): HoldfastError {
  return new HoldfastError('ARCHIVE_UNSAFE', `The snapshot is not safe to import: ${why}.`, {
    path,
    hint: 'Nothing was changed. No Holdfast exports such a file.',
  });
}
