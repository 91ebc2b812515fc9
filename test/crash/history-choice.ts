import type { Order } from './history-orders.ts';
import type { HistoryWorld } from './history-world.ts';
import type { Random } from './random.ts';

/** Something that can be ordered now. */
export function nextOrder(world: HistoryWorld, random: Random, step: number): Order {
  const { snapshots, trash, backups, sessions, migrations } = world;
  const text = JSON.stringify(`text ${step}`);
  const onConflict = random.pick(['keep-target', 'keep-source', 'keep-both', 'keep-newer'] as const);
  const orders: Order[] = [
    { do: 'snapshot create' },
    { do: 'snapshot create' },
    { do: 'vault prune', grace: '0' },
    { do: 'vault prune', grace: '24h' },
    { do: 'vault prune', grace: random.pick(['0', '24h'] as const), keepLast: 2 + random.below(3) },
    { do: 'migrate apply', from: world.old, onConflict },
    { do: 'backup create', to: world.archives },
    { do: 'session create', text },
  ];
  if (snapshots.size > 0) {
    const id = random.pick([...snapshots.keys()]);
    orders.push({ do: 'snapshot restore', id }, { do: 'snapshot restore', id });
    orders.push({ do: 'snapshot restore elsewhere', id, to: world.fresh() });
    orders.push({ do: 'snapshot delete', id }, { do: 'snapshot delete', id });
  }
  if (trash.size > 0) orders.push({ do: 'snapshot undelete', id: random.pick([...trash.keys()]) });
  if (backups.size > 0) orders.push({ do: 'backup restore', id: random.pick([...backups.keys()]) });
  if (migrations.length > 0) orders.push({ do: 'migrate undo', id: migrations.at(-1)!.id });
  if (sessions.size > 0) {
    const id = random.pick([...sessions.keys()]);
    orders.push({ do: 'session update', id, text }, { do: 'session update', id, text }, { do: 'session delete', id });
  }
  return random.pick(orders);
}
