import { type Context, vaultPath } from '../../context.ts';
import { isAbsent } from '../../errors.ts';

/** `buffers/<key>/<buffer id>.jsonl` in the vault: edits of one file of one session that nobody has saved yet. */
export interface BufferFile {
  key: string;
  id: string;
  /** Absolute. */
  path: string;
}

export function hasBuffer(context: Context, key: string): boolean {
  return buffersOf(context, key).length > 0;
}

export function buffersOf(context: Context, key: string): BufferFile[] {
  return namesIn(context, key)
    .filter(name => /^[a-z2-7]{20}\.jsonl$/.test(name))
    .map(name => ({ key, id: name.slice(0, 20), path: vaultPath(context, 'buffers', key, name) }));
}

/** Those of all sessions. */
export function allBuffers(context: Context): BufferFile[] {
  return namesIn(context)
    .filter(name => /^[a-z2-7]{20}$/.test(name))
    .flatMap(key => buffersOf(context, key));
}

function namesIn(context: Context, ...parts: string[]): string[] {
  try {
    return context.ports.fs.readdirSync(vaultPath(context, 'buffers', ...parts));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
