import type { ListQuery } from '../../protocol/common.ts';
import type { SnapshotList } from '../../protocol/snapshots.ts';
import { type Context, requireRoot } from '../context.ts';
import { page } from '../paging.ts';
import { readManifests } from './manifest.ts';
import { orderOf } from './order.ts';

/** Snapshots, newest first unless another order is asked for. Damaged ones are in `broken`. */
export function listSnapshots(context: Context, query: Partial<ListQuery>): SnapshotList {
  requireRoot(context);
  const { snapshots, broken } = readManifests(context);
  const order = orderOf(snapshots);
  const { items, nextCursor, total } = page(snapshots, query, {
    sorts: { createdAt: one => order.get(one.id)!, title: one => one.title.toLowerCase(), bytes: one => one.bytes },
    defaultSort: 'createdAt',
    text: one => [one.id, one.title, one.description, one.reason, ...one.tags].join('\n'),
    tags: one => one.tags,
  });
  return { snapshots: items, nextCursor, total, broken };
}
