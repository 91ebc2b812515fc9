import type * as vscode from 'vscode';
import { closePlanTabs } from './content/plan-tabs.ts';
import type { Log } from './log.ts';
import type { Plans } from './plans.ts';
import type { Workspace } from './workspace.ts';
import type { Workspaces } from './workspaces.ts';

/** Ends previews whose plan can no longer be applied, whoever is the cause, and closes what showed an ended one. */
export class StalePlans {
  private readonly disposables: vscode.Disposable[];
  private readonly workspaces: Workspaces;
  private readonly plans: Plans;
  private readonly log: Log;

  constructor(workspaces: Workspaces, plans: Plans, log: Log) {
    this.workspaces = workspaces;
    this.plans = plans;
    this.log = log;
    this.disposables = [
      plans.onDidEnd(preview => {
        closePlanTabs(preview).catch(error => log.error('closing the tabs of a plan', error));
      }),
      workspaces.onDidChangeFolders(() => this.endOfClosedFolders()),
      workspaces.onDidChange(({ workspace, nouns }) => {
        if (nouns.has('root')) this.endOfAnotherRoot(workspace);
        if (nouns.has('migrations') || nouns.has('root')) void this.endOfApplied(workspace);
      }),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private endOfClosedFolders(): void {
    for (const { workspace } of this.plans.all) {
      if (!this.workspaces.all.includes(workspace)) this.plans.end(workspace);
    }
  }

  private endOfAnotherRoot(workspace: Workspace): void {
    const { root } = workspace;
    const plan = this.plans.of(workspace)?.plan;
    if (plan && root && (root.root !== plan.root || root.profile !== plan.profile)) this.plans.end(workspace);
  }

  /** The command line or another window may have carried it out. */
  private async endOfApplied(workspace: Workspace): Promise<void> {
    const planId = this.plans.of(workspace)?.plan.planId;
    if (planId === undefined) return;
    try {
      const migrations = await (await workspace.client()).listMigrations();
      const applied = migrations.some(one => one.planId === planId && one.status === 'completed');
      if (applied && this.plans.of(workspace)?.plan.planId === planId) this.plans.end(workspace);
    } catch (error) {
      this.log.error(`migrations of ${workspace.name}`, error);
    }
  }
}
