import path from 'node:path';
import type { Context } from '../context.ts';
import { systemPath } from '../names.ts';
import type { SessionLook } from './look.ts';
import { absoluteContent, type SessionPlace } from './places.ts';

/**
 * Whether a session can be understood, as far as anybody but its application can tell: each `*.json` in it is JSON, and
 * the profile reads its own. One that some program is still writing most often cannot.
 */
export function isWhole({ ports: { fs }, root }: Context, place: SessionPlace, look: SessionLook): boolean {
  if (look.broken !== undefined) return false;
  const content = absoluteContent({ root }, place);
  const files = look.seen.names.map(name => path.join(content, name)).filter(file => /\.json$/i.test(file));
  return files.every(file => {
    const stats = fs.lstatSync(systemPath(file), { throwIfNoEntry: false });
    return !stats?.isFile() || isJson(fs.readFileSync(systemPath(file), 'utf8'));
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
