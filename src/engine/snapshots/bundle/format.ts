import * as z from 'zod';
import { Snapshot } from '../../../protocol/snapshots.ts';
import { HoldfastError } from '../../errors.ts';
import type { RecordKind } from '../../record.ts';
import { BundledSession } from '../../sessions/bundled.ts';

/**
 * One snapshot, or one session with its versions, as one file (docs/format.md, "Bundles"):
 *
 *     "holdfast-bundle-1\n"  record length u32  record  blocks as in packs, trees first  SHA-256 of all before
 */
export const bundleMagic = Buffer.from('holdfast-bundle-1\n');
export const recordStart = bundleMagic.length + 4;
export const digestLength = 32;

/** Of the record; it grows only with the list of what was left out, and with the versions of a session. */
export const longestRecord = 16 * 1024 * 1024;

const Bundle = z.union([z.object({ snapshot: Snapshot }), z.object({ session: BundledSession })]);
/** What a bundle says it holds. */
export type Bundle = z.infer<typeof Bundle>;
export const bundleKind: RecordKind<Bundle> = { kind: 'bundle', version: 1, schema: Bundle };

export function corruptBundle(path: string, why: string): HoldfastError {
  return new HoldfastError('CORRUPT', `This is not a whole exported file: ${why}.`, {
    path,
    hint: 'Nothing was changed. Have it exported, or copied, again.',
  });
}

export function unsafeBundle(path: string, why: string): HoldfastError {
  return new HoldfastError('ARCHIVE_UNSAFE', `The file is not safe to import: ${why}.`, {
    path,
    hint: 'Nothing was changed. No Holdfast exports such a file.',
  });
}

/** For a bundle of the other kind. */
export function otherBundle(path: string, holds: 'snapshot' | 'session'): HoldfastError {
  return new HoldfastError('USAGE', `This file holds a ${holds}.`, {
    path,
    hint: `Nothing was changed. Import it with: holdfast ${holds} import`,
  });
}
