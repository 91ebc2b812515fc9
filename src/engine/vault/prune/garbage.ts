import type { Omission } from '../../../protocol/common.ts';
import { type Context, vaultPath } from '../../context.ts';
import { temporarySuffix } from '../../durable.ts';
import { isAbsent } from '../../errors.ts';
import { namesIn } from '../names-in.ts';
import { removeFile } from './sweep.ts';

/**
 * Nobody who is alive leaves a file in `tmp/` alone for so long. Who was only asleep finds it gone, fails without harm, and
 * is to be run again.
 */
const abandonedAfter = 24 * 3_600_000;

/** What processes that were killed left behind: files being written, and indexes of packs that are gone. */
export function findGarbage(context: Context): { path: string; bytes: number }[] {
  const { ports } = context;
  const packs = new Set(namesIn(context, 'packs'));
  const files = [
    ...namesIn(context, 'tmp')
      .filter(name => name.endsWith(temporarySuffix))
      .map(name => ({ name, directory: 'tmp' })),
    ...namesIn(context, 'index')
      .filter(name => /^[0-9a-f]{64}\.idx$/.test(name) && !packs.has(`${name.slice(0, 64)}.pack`))
      .map(name => ({ name, directory: 'index' })),
  ];
  return files.flatMap(({ name, directory }) => {
    const path = vaultPath(context, directory, name);
    try {
      const { size, mtimeMs } = ports.fs.lstatSync(path);
      const abandoned = directory === 'index' || ports.now().getTime() - mtimeMs >= abandonedAfter;
      return abandoned ? [{ path, bytes: size }] : [];
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  });
}

/** @returns the bytes that this freed */
export function removeGarbage(context: Context, kept: Omission[]): number {
  return findGarbage(context).reduce((sum, { path }) => sum + (removeFile(context, path, kept) ?? 0), 0);
}
