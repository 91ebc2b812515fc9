import type { Connection } from './connection.ts';
import type { PlanFiles } from './content/plan-files.ts';
import type { Reports } from './content/reports.ts';
import type { SnapshotContents } from './content/snapshot-contents.ts';
import type { Log } from './log.ts';
import type { Plans } from './plans.ts';
import type { Prompts } from './prompts.ts';
import type { Workspaces } from './workspaces.ts';

/** What commands work with. Built in `compose.ts`. */
export interface Services {
  readonly workspaces: Workspaces;
  readonly connection: Connection;
  readonly contents: SnapshotContents;
  readonly planFiles: PlanFiles;
  readonly plans: Plans;
  readonly reports: Reports;
  readonly log: Log;
  /** Replaceable while running: whoever runs the commands may answer their questions. */
  prompts: Prompts;
}
