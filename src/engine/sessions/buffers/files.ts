import { type Context, vaultPath } from '../../context.ts';
import { namesIn } from '../../vault/names-in.ts';

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
  return namesIn(context, 'buffers', key)
    .filter(name => /^[a-z2-7]{20}\.jsonl$/.test(name))
    .map(name => ({ key, id: name.slice(0, 20), path: vaultPath(context, 'buffers', key, name) }));
}

/** Those of all sessions. */
export function allBuffers(context: Context): BufferFile[] {
  return namesIn(context, 'buffers')
    .filter(name => /^[a-z2-7]{20}$/.test(name))
    .flatMap(key => buffersOf(context, key));
}
