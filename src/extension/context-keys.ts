import type { UnsavedEdits } from './content/unsaved-edits.ts';
import { Context } from './contribute.ts';
import type { RootState } from './contributions.ts';
import type { Plans } from './plans.ts';
import type { Workspaces } from './workspaces.ts';

/** Keeps the `when` clauses of the manifest in step with the model. */
export class ContextKeys {
  private readonly context = new Context();
  private readonly workspaces: Workspaces;
  private readonly plans: Plans;
  private readonly unsaved: UnsavedEdits;

  constructor(workspaces: Workspaces, plans: Plans, unsaved: UnsavedEdits) {
    this.workspaces = workspaces;
    this.plans = plans;
    this.unsaved = unsaved;
    unsaved.onDidChange(() => this.update());
    plans.onDidChange(() => this.update());
    workspaces.onDidChange(() => this.update());
    workspaces.onDidChangeFolders(() => this.update());
    this.update();
  }

  private update(): void {
    const all = this.workspaces.all;
    this.context.set('holdfast.showsSnapshot', this.workspaces.showsOnlySnapshots);
    this.context.set('holdfast.hasPlan', this.plans.all.length > 0);
    this.context.set('holdfast.state', combined(all.map(({ state }) => state)));
    this.context.set(
      'holdfast.hasLegacy',
      all.some(({ status }) => (status?.legacy.files ?? 0) > 0),
    );
    this.context.set(
      'holdfast.hasUnsaved',
      all.some(workspace => this.unsaved.of(workspace).length > 0),
    );
  }
}

/** Of several folders: what can be worked with counts most; unknown until one of them has answered. */
function combined(states: readonly (RootState | undefined)[]): RootState | undefined {
  const order: RootState[] = ['untrusted', 'ready', 'none', 'unusable'];
  return order.find(state => states.includes(state));
}
