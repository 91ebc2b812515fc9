import type { Omission } from '../../protocol/common.ts';
import type { Snapshot } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { Pace } from '../pace.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { areaOf } from '../root/areas.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { linksOutside } from './bundle/select.ts';

const writable = 0o222;

/**
 * What a read-only restore places: files and directories that nobody may write to. What secret areas hold stays in the
 * vault, since such a copy is made to be searched and shown; so do links that lead out of it: whoever writes through one
 * would write to what the copy is compared with.
 */
export async function forReading(
  context: Context,
  store: ObjectStore,
  { tree, scope }: Snapshot,
  wanted: readonly Wanted[],
  work: Work,
): Promise<{ wanted: Wanted[]; omitted: Omission[] }> {
  const pace = new Pace(work);
  const hasLinks = wanted.some(({ type }) => type === 'link');
  const outside = hasLinks ? await linksOutside(context, store, tree, pace) : new Set<string>();
  const secrets = new Set(scope.legacy?.secrets);
  const reasonAgainst = ({ path, type }: Wanted): string | undefined => {
    if (type === 'dir') return undefined;
    if (outside.has(path)) return 'a link that leads out of the root';
    const area = areaOf(context.profile, path);
    if (area?.secret) return `secret area "${area.id}": left out of a read-only copy`;
    return secrets.has(path) ? 'secret: left out of a read-only copy' : undefined;
  };
  const kept: Wanted[] = [];
  const omitted: Omission[] = [];
  for (const one of wanted) {
    if (pace.due()) await pace.breathe();
    const reason = reasonAgainst(one);
    if (reason !== undefined) omitted.push({ path: one.path, reason });
    else kept.push(one.type === 'link' ? one : { ...one, mode: (one.mode & ~writable) | readable(one) });
  }
  return { wanted: kept, omitted };
}

/** The owner can look at what was laid out for that, whatever the modes were. */
function readable({ type }: Wanted): number {
  return type === 'dir' ? 0o500 : 0o400;
}
