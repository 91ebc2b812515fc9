import { type Context, vaultPath } from '../context.ts';
import { isAbsent, systemCode } from '../errors.ts';

/** What lies in a directory of the vault, sorted; nothing where there is no such directory. */
export function namesIn(context: Pick<Context, 'ports' | 'root'>, ...parts: string[]): string[] {
  try {
    return context.ports.fs.readdirSync(vaultPath(context, ...parts)).sort();
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
