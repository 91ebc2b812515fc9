import * as z from 'zod';
import type { ConflictPolicy } from '../../../protocol/migrations.ts';
import type { Services } from '../../services.ts';
import { groupsOf } from '../../views/migration/groups.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace, nodesOf } from '../choose.ts';
import type { Command } from '../command.ts';

const ItemsGiven = z.object({ items: z.array(z.string()) });

/**
 * Decides which file stays, for the selected conflicts or all of a group. Its result: how many.
 *
 * @param policy `undefined`: to be decided when the plan is applied
 */
export function decide(policy: ConflictPolicy | undefined): Command {
  return {
    async run(services, args): Promise<number> {
      const chosen = await conflictsOf(services, args);
      for (const [workspace, items] of chosen) services.plans.decide(workspace, items, policy);
      return [...chosen.values()].flat().length;
    },
  };
}

async function conflictsOf(services: Services, args: readonly unknown[]): Promise<Map<Workspace, string[]>> {
  const nodes = nodesOf(args);
  const chosen = new Map<Workspace, Set<string>>();
  const add = (workspace: Workspace, wanted: (id: string) => boolean) => {
    const plan = services.plans.of(workspace)?.plan;
    if (!plan) return;
    const items = chosen.get(workspace) ?? new Set();
    for (const { id } of groupsOf(plan).items.conflict) if (wanted(id)) items.add(id);
    chosen.set(workspace, items);
  };
  for (const node of nodes) {
    if (node.kind === 'plan-item') add(node.workspace, id => id === node.item.id);
    if (node.kind === 'plan-group' && node.group === 'conflict') {
      const plan = services.plans.of(node.workspace)?.plan;
      const { start = 0, end } = node.stretch ?? {};
      const within = new Set(
        plan
          ? groupsOf(plan)
              .items.conflict.slice(start, end)
              .map(({ id }) => id)
          : [],
      );
      add(node.workspace, id => within.has(id));
    }
  }
  if (nodes.length === 0) {
    const wanted = new Set(ItemsGiven.safeParse(args[0]).data?.items);
    const workspace = await chooseWorkspace(services, args);
    if (workspace) add(workspace, id => wanted.has(id));
  }
  return new Map([...chosen].map(([workspace, items]) => [workspace, [...items]]));
}
