import type { MigrationPlan } from '../protocol/migrations.ts';
import type { Workspace } from './workspace.ts';

/** The plan that was last previewed in each folder, so that Apply does exactly what was shown. */
export class Plans {
  private readonly last = new WeakMap<Workspace, MigrationPlan>();

  remember(workspace: Workspace, plan: MigrationPlan): void {
    this.last.set(workspace, plan);
  }

  of(workspace: Workspace): MigrationPlan | undefined {
    return this.last.get(workspace);
  }

  forget(workspace: Workspace): void {
    this.last.delete(workspace);
  }
}
