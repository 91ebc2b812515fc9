import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { writeCache } from '../vault/cache-file.ts';
import { readVaultFile } from '../vault/read-vault-file.ts';

/** The id of the snapshot of the whole root that was made last, as far as is known: a cache, and it may be gone by now. */
export function readNewest({ ports, root }: Pick<Context, 'ports' | 'root'>): string | undefined {
  try {
    const text = readVaultFile(ports.fs, newestPath({ root })).toString();
    return /^[a-z2-7]{20}$/.test(text) ? text : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function writeNewest(context: Pick<Context, 'root'>, id: string): void {
  writeCache(newestPath(context), Buffer.from(id));
}

function newestPath(context: Pick<Context, 'root'>): string {
  return vaultPath(context, 'cache', 'newest');
}
