import type { Visit, VisitList, VisitQuery } from '../../../protocol/visits.ts';
import { type Context, requireRoot } from '../../context.ts';
import { asHoldfastError, HoldfastError } from '../../errors.ts';
import { page } from '../../paging.ts';
import { findSnapshot, hasSnapshot, type Manifests, readManifests } from '../manifest.ts';
import { readVisit, visitNames, visitPath } from './records.ts';
import { timeOfDeletion } from './settle.ts';

/**
 * Who visited which snapshot, how often and when; the latest visit first. Whether a snapshot is deleted is asked of the
 * disk at this moment. Entries that cannot be read are in `broken`.
 *
 * @throws NOT_FOUND when there is, and was, no such snapshot; AMBIGUOUS; USAGE
 */
export function listVisits(context: Context, { snapshot, ...query }: Partial<VisitQuery>): VisitList {
  requireRoot(context);
  const names = visitNames(context);
  const { snapshots } = readManifests(context);
  const only = snapshot === undefined ? undefined : idOf(context, snapshot, names);
  const visits: (Visit & { id: string })[] = [];
  const broken: VisitList['broken'] = [];
  for (const name of names) {
    if (only !== undefined && !name.startsWith(`${only}__`)) continue;
    try {
      const visit = readVisitNow(context, name, snapshots);
      if (visit) visits.push({ ...visit, id: name });
    } catch (error) {
      const { code, message } = asHoldfastError(error);
      if (code === 'FAILED') throw error;
      broken.push({ id: name, path: visitPath(context, name), reason: message });
    }
  }
  const { items, nextCursor, total } = page(visits, query, {
    sorts: {
      lastVisitedAt: one => one.lastVisitedAt,
      firstVisitedAt: one => one.firstVisitedAt,
      visits: one => one.visits,
      title: one => one.title.toLowerCase(),
      visitor: one => one.visitor,
    },
    defaultSort: 'lastVisitedAt',
    text: one => [one.snapshotId, one.visitor, one.title].join('\n'),
  });
  return { visits: items.map(({ id: _, ...visit }) => visit), nextCursor, total, broken };
}

function readVisitNow(context: Context, name: string, snapshots: Manifests['snapshots']): Visit | undefined {
  const record = readVisit(context, name);
  if (!record) return undefined;
  const { minute: _, ...visit } = record;
  const { snapshotId, title, snapshotDeletedAt } = visit;
  // A manifest that cannot be read is there all the same.
  if (hasSnapshot(context, snapshotId)) {
    const current = snapshots.find(({ id }) => id === snapshotId)?.title ?? title;
    return { ...visit, title: current, snapshotDeleted: false, snapshotDeletedAt: null };
  }
  const deletedAt = snapshotDeletedAt ?? timeOfDeletion(context, snapshotId) ?? null;
  return { ...visit, snapshotDeleted: true, snapshotDeletedAt: deletedAt };
}

function idOf(context: Context, reference: string, names: readonly string[]): string {
  try {
    return findSnapshot(context, reference).id;
  } catch (error) {
    if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
    const gone = new Set(names.filter(name => name.startsWith(reference)).map(name => name.split('__')[0]!));
    const [id] = gone;
    if (gone.size !== 1 || id === undefined || reference === '') throw error;
    return id;
  }
}
