import type { Omission } from '../../protocol/common.ts';
import { firstNames } from './hard-links.ts';
import type { Stager } from './stage.ts';
import type { Wanted } from './wanted.ts';

/**
 * Has files staged, those with several names once: the others are linked to it there, where nobody else can be in the way.
 *
 * @returns what became a file of its own, since the file system knows no hard links
 */
export async function fillWithLinks(
  stager: Stager,
  files: readonly Wanted[],
  fill: (stager: Stager, files: readonly Wanted[]) => Promise<void>,
): Promise<Omission[]> {
  const firsts = firstNames(files);
  if (firsts.size === 0) {
    await fill(stager, files);
    return [];
  }
  await fill(
    stager,
    files.filter(({ path }) => !firsts.has(path)),
  );
  const alone: Wanted[] = [];
  for (const one of files) {
    const first = firsts.get(one.path);
    if (!first) continue;
    const failure = stager.failed.find(({ path }) => path === first.path);
    if (failure) stager.failed.push({ ...failure, path: one.path });
    else if (!stager.hardLink(first, one)) alone.push(one);
  }
  if (alone.length > 0) await fill(stager, alone);
  return alone.map(({ path }) => ({
    path,
    reason: `it is a copy of "${firsts.get(path)!.path}" now, since this file system makes no hard link`,
  }));
}
