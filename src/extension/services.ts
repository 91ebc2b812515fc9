import type { Connection } from './connection.ts';
import type { PlanFiles } from './content/plan-files.ts';
import type { Reports } from './content/reports.ts';
import type { SessionBuffers } from './content/session-buffers.ts';
import type { SessionConflicts } from './content/session-conflicts.ts';
import type { SessionFiles } from './content/session-files.ts';
import type { SessionReads } from './content/session-reads.ts';
import type { SnapshotContents } from './content/snapshot-contents.ts';
import type { UnsavedEdits } from './content/unsaved-edits.ts';
import type { Log } from './log.ts';
import type { Plans } from './plans.ts';
import type { Prompts } from './prompts.ts';
import type { SnapshotFolders } from './snapshot-folders/snapshot-folders.ts';
import type { Workspaces } from './workspaces.ts';

/** What belongs to the editing of sessions. */
export interface SessionEditing {
  readonly files: SessionFiles;
  readonly reads: SessionReads;
  readonly buffers: SessionBuffers;
  readonly conflicts: SessionConflicts;
  readonly unsaved: UnsavedEdits;
}

/** What commands work with. Built in `compose.ts`. */
export interface Services {
  readonly workspaces: Workspaces;
  readonly connection: Connection;
  readonly contents: SnapshotContents;
  readonly snapshotFolders: SnapshotFolders;
  readonly planFiles: PlanFiles;
  readonly plans: Plans;
  readonly reports: Reports;
  readonly sessions: SessionEditing;
  readonly log: Log;
  /** Settles once the unsaved edits from before were offered: nothing is opened earlier. */
  offered: Promise<void>;
  /** Replaceable while running: whoever runs the commands may answer their questions. */
  prompts: Prompts;
}
