import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { writeCache } from '../vault/cache-file.ts';
import type { SessionLook } from './look.ts';

/**
 * `cache/sessions.json`: what sessions said when they were last read, so that a listing reads only those that changed.
 * A cache: losing it costs reading every session once.
 */
type Looks = Map<string, SessionLook>;

const form = 'holdfast-sessions-1';

export function readLooks(context: Context): Looks {
  try {
    const cache: unknown = JSON.parse(context.ports.fs.readFileSync(cachePath(context), 'utf8'));
    const {
      form: found,
      profile,
      looks,
    } = cache as { form: unknown; profile: unknown; looks: [string, SessionLook][] };
    if (found === form && profile === context.profile.id) return new Map(looks);
  } catch (error) {
    if (!isAbsent(error) && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  return new Map();
}

export function writeLooks(context: Context, looks: Looks): void {
  const text = JSON.stringify({ form, profile: context.profile.id, looks: [...looks] });
  writeCache(cachePath(context), Buffer.from(text));
}

function cachePath(context: Context): string {
  return vaultPath(context, 'cache', 'sessions.json');
}
