import type { FileInfo } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { areaOf } from '../root/areas.ts';

/** Marks the files that lie in a secret area: whoever shows files does not show the content of these. */
export function markSecrets(context: Pick<Context, 'profile'>, files: Iterable<FileInfo>): void {
  for (const file of files) {
    if (file.type !== 'dir' && areaOf(context.profile, file.path)?.secret) file.secret = true;
  }
}
