import type { Snapshot } from '../../protocol/snapshots.ts';

type Ordered = Pick<Snapshot, 'id' | 'parent' | 'createdAt'>;

/**
 * When each snapshot was taken, by id, as a text that sorts: its time, but never before that of the snapshot which was the
 * newest then. So a clock that ran ahead, and was set back, does not make what was taken last an old one.
 */
export function orderOf(snapshots: readonly Ordered[]): Map<string, string> {
  const byId = new Map(snapshots.map(one => [one.id, one]));
  const known = new Map<string, { time: string; after: number }>();
  for (const snapshot of snapshots) {
    const line = new Set<Ordered>();
    for (
      let one: Ordered | undefined = snapshot;
      one && !known.has(one.id) && !line.has(one);
      one = byId.get(one.parent ?? '')
    ) {
      line.add(one);
    }
    for (const { id, parent, createdAt } of [...line].reverse()) {
      const before = known.get(parent ?? '');
      const isLater = !before || createdAt > before.time;
      known.set(id, isLater ? { time: createdAt, after: 0 } : { time: before.time, after: before.after + 1 });
    }
  }
  return new Map(Array.from(known, ([id, { time, after }]) => [id, `${time} ${String(after).padStart(9, '0')}`]));
}

/** The oldest first, as `orderOf` says. */
export function inOrder<T extends Ordered>(snapshots: readonly T[]): T[] {
  const order = orderOf(snapshots);
  const keyOf = ({ id }: T) => `${order.get(id)} ${id}`;
  return [...snapshots].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

/** Whether Holdfast took it itself, before it overwrote something. */
export function isSafetySnapshot({ reason }: Pick<Snapshot, 'reason'>): boolean {
  return reason.startsWith('before-');
}

/**
 * What the word `latest` names: what was taken last, safety snapshots aside. A restore takes one itself; if that were the
 * latest, the same restore again would put back what it overwrote (docs/decisions/0015).
 */
export function latestOf<T extends Ordered & Pick<Snapshot, 'reason'>>(snapshots: readonly T[]): T | undefined {
  const ordered = inOrder(snapshots);
  return ordered.findLast(one => !isSafetySnapshot(one)) ?? ordered.at(-1);
}
