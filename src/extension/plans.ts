import * as vscode from 'vscode';
import type { ConflictPolicy, MigrationPlan } from '../protocol/migrations.ts';
import type { Workspace } from './workspace.ts';

/** A plan that is being looked at, with what was decided about it so far. */
export interface Preview {
  readonly workspace: Workspace;
  readonly plan: MigrationPlan;
  /** Folders to migrate from, besides those that the profile knows. */
  readonly from: readonly string[];
  /** What was chosen for single conflicts, by the item's id. */
  readonly policies: ReadonlyMap<string, ConflictPolicy>;
}

/** The plan that is previewed in each folder, so that Apply does exactly what was shown. */
export class Plans {
  private readonly previews = new Map<Workspace, Preview>();
  private readonly changed = new vscode.EventEmitter<Workspace>();
  /** A preview began, ended, or something was decided about it. */
  readonly onDidChange = this.changed.event;
  private readonly ended = new vscode.EventEmitter<Preview>();
  /** The plan is no longer previewed: it was applied or discarded, or another one took its place. */
  readonly onDidEnd = this.ended.event;

  get all(): readonly Preview[] {
    return [...this.previews.values()];
  }

  of(workspace: Workspace): Preview | undefined {
    return this.previews.get(workspace);
  }

  /** What was decided about conflicts of the plan before stays decided where they are conflicts still. */
  begin(workspace: Workspace, plan: MigrationPlan, from: readonly string[]): Preview {
    const before = this.previews.get(workspace);
    const conflicts = new Set(plan.items.flatMap(({ action, id }) => (action === 'conflict' ? [id] : [])));
    const policies = new Map([...(before?.policies ?? [])].filter(([id]) => conflicts.has(id)));
    const preview: Preview = { workspace, plan, from, policies };
    this.previews.set(workspace, preview);
    if (before && before.plan.planId !== plan.planId) this.ended.fire(before);
    this.changed.fire(workspace);
    return preview;
  }

  /** @param policy `undefined`: to be decided when the plan is applied */
  decide(workspace: Workspace, items: readonly string[], policy: ConflictPolicy | undefined): void {
    const preview = this.previews.get(workspace);
    if (!preview) return;
    const policies = new Map(preview.policies);
    for (const id of items) {
      if (policy === undefined) policies.delete(id);
      else policies.set(id, policy);
    }
    this.previews.set(workspace, { ...preview, policies });
    this.changed.fire(workspace);
  }

  end(workspace: Workspace): void {
    const preview = this.previews.get(workspace);
    if (!preview) return;
    this.previews.delete(workspace);
    this.ended.fire(preview);
    this.changed.fire(workspace);
  }

  dispose(): void {
    this.changed.dispose();
    this.ended.dispose();
  }
}

/** Conflicts for which nothing was chosen yet. */
export function undecided({ plan, policies }: Preview): number {
  return plan.items.filter(({ action, id }) => action === 'conflict' && !policies.has(id)).length;
}
