import type { Context } from '../context.ts';
import { nameFromBytes } from '../names.ts';
import type { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { at, lstatOf } from '../placement/plan.ts';
import { objectId } from '../vault/object-id.ts';
import type { StoredMigration } from './records.ts';

/** Whether what a migration put there is still there, unchanged. */
export async function isPlaced(
  context: Context,
  { path, sha256, type }: Pick<StoredMigration['placed'][number], 'path' | 'sha256' | 'type'>,
  pace: Pace,
): Promise<boolean> {
  const { fs } = context.ports;
  const there = lstatOf(context.ports, context.root, path);
  const system = at(context.root, path);
  if (!there) return false;
  if (type === 'file') return there.isFile() && (await hashFile(fs, system, pace)) === sha256;
  return (
    there.isSymbolicLink() && linkDigest(nameFromBytes(fs.readlinkSync(system, { encoding: 'buffer' }))) === sha256
  );
}

/** What stands for a link in plans and records: the SHA-256 of the text that it holds. */
export function linkDigest(target: string): string {
  return objectId(Buffer.from(target));
}
