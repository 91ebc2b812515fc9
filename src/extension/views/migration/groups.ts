import type { MigrationPlan, PlanItem } from '../../../protocol/migrations.ts';
import type { Note, PlanGroup } from './nodes.ts';

export interface Grouped {
  readonly items: Readonly<Record<Exclude<PlanGroup, 'omitted' | 'warnings'>, readonly PlanItem[]>>;
  readonly notes: Readonly<Record<'omitted' | 'warnings', readonly Note[]>>;
}

const known = new WeakMap<MigrationPlan, Grouped>();

/** What a plan does, by action. A plan never changes, so this is worked out once. */
export function groupsOf(plan: MigrationPlan): Grouped {
  let grouped = known.get(plan);
  if (!grouped) {
    const of = (action: PlanItem['action']) => plan.items.filter(item => item.action === action);
    grouped = {
      items: { upgrade: of('upgrade'), copy: of('copy'), conflict: of('conflict'), identical: of('identical') },
      notes: {
        omitted: plan.omitted.map(({ path, reason }) => ({ path, text: reason })),
        warnings: plan.warnings.map(({ path, message }) => ({ path, text: message })),
      },
    };
    known.set(plan, grouped);
  }
  return grouped;
}

export function countOf(plan: MigrationPlan, group: PlanGroup): number {
  const { items, notes } = groupsOf(plan);
  return group === 'omitted' || group === 'warnings' ? notes[group].length : items[group].length;
}
