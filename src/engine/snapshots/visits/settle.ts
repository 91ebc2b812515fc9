import { type Context, vaultPath } from '../../context.ts';
import { hasSnapshot } from '../manifest.ts';
import { changeVisit, readVisit, visitNames } from './records.ts';

/** When a snapshot went to the trash: the file's mtime is set just before (manifest.ts). */
export function timeOfDeletion({ ports, root }: Context, id: string): string | undefined {
  const stat = ports.fs.statSync(vaultPath({ root }, 'trash', `${id}.json`), { throwIfNoEntry: false });
  return stat?.mtime.toISOString();
}

/**
 * Writes into the access log when snapshots that are gone went. The log itself asks the trash, so that nothing depends on
 * this being done; whoever empties the trash calls it before.
 *
 * @param ids only entries of these snapshots
 */
export async function settleVisits(context: Context, ids?: readonly string[]): Promise<void> {
  for (const name of visitNames(context)) {
    const id = name.slice(0, name.indexOf('__'));
    if ((ids && !ids.includes(id)) || hasSnapshot(context, id)) continue;
    if (readVisit(context, name)?.snapshotDeletedAt !== null) continue;
    const at = timeOfDeletion(context, id) ?? context.ports.now().toISOString();
    await changeVisit(context, name, before =>
      before && before.snapshotDeletedAt === null ? { ...before, snapshotDeletedAt: at } : undefined,
    );
  }
}
