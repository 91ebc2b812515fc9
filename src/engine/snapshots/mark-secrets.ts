import type { FileInfo } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { areaOf } from '../root/areas.ts';

/**
 * Marks the files that lie in a secret area: whoever shows files does not show the content of these.
 *
 * @param legacy the paths of secrets that lie elsewhere as yet
 */
export function markSecrets(
  context: Pick<Context, 'profile'>,
  files: Iterable<FileInfo>,
  legacy: readonly string[] = [],
): void {
  const elsewhere = new Set(legacy);
  for (const file of files) {
    if (file.type === 'dir') continue;
    if (elsewhere.has(file.path) || areaOf(context.profile, file.path)?.secret) file.secret = true;
  }
}
