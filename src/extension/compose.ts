import * as vscode from 'vscode';
import { showFailure } from './commands/failure.ts';
import { registerCommands } from './commands/register.ts';
import { offerOnConflict } from './commands/session/resolve.ts';
import { offerAtStart } from './commands/session/unsaved.ts';
import { composeSessions } from './compose-sessions.ts';
import { Connection } from './connection.ts';
import { PlanFiles } from './content/plan-files.ts';
import { Reports } from './content/reports.ts';
import { SnapshotContents } from './content/snapshot-contents.ts';
import { SnapshotFiles } from './content/snapshot-files.ts';
import { ContextKeys } from './context-keys.ts';
import { schemes, type ViewId } from './contributions.ts';
import type { Log } from './log.ts';
import { Plans } from './plans.ts';
import { type Prompts, windowPrompts } from './prompts.ts';
import type { Services } from './services.ts';
import { SnapshotFolders } from './snapshot-folders/snapshot-folders.ts';
import { StalePlans } from './stale-plans.ts';
import { SessionIndicator } from './status/session-indicator.ts';
import { StatusBar } from './status/status-bar.ts';
import { BackupsSource } from './views/backups/provider.ts';
import { FolderTree, type TreeSource } from './views/folder-tree.ts';
import { MigrationSource } from './views/migration/provider.ts';
import type { AnyNode } from './views/nodes.ts';
import { SessionsSource } from './views/sessions/provider.ts';
import { SnapshotsSource } from './views/snapshots/provider.ts';
import { Workspaces } from './workspaces.ts';

/** What other extensions and tests get. */
export interface Composed {
  /** Resolves when every workspace folder has been read for the first time. */
  whenReady(): Promise<void>;
  readonly workspaces: Workspaces;
  /** The process that works for this window; `undefined` while none runs. */
  sidecarPid(): Promise<number | undefined>;
  readonly views: Readonly<Record<ViewId, vscode.TreeDataProvider<AnyNode>>>;
  /** What the status bar says of the session in the active editor. */
  sessionState(): string | undefined;
  /** Lets the caller answer what commands ask, until it is disposed of. */
  replacePrompts(prompts: Prompts): vscode.Disposable;
}

/** Builds everything, in the order in which it depends on each other. Starts the sidecar and waits for nothing. */
export function compose(context: vscode.ExtensionContext, log: Log): Composed {
  const keep = <Thing extends vscode.Disposable>(thing: Thing): Thing => {
    context.subscriptions.push(thing);
    return thing;
  };
  const connection = keep(new Connection(context, log));
  const snapshotFolders = keep(new SnapshotFolders(context, log));
  const workspaces = keep(new Workspaces(connection, snapshotFolders, log));
  const contents = new SnapshotContents(workspaces);
  const planFiles = keep(new PlanFiles(workspaces));
  const plans = keep(new Plans());
  const reports = new Reports();
  const sessions = composeSessions(context, workspaces, connection, log);
  const services: Services = {
    offered: Promise.resolve(),
    workspaces,
    connection,
    contents,
    snapshotFolders,
    planFiles,
    plans,
    reports,
    sessions,
    log,
    prompts: windowPrompts,
  };

  const readOnly = { isReadonly: true, isCaseSensitive: true };
  keep(vscode.workspace.registerFileSystemProvider(schemes.snapshot, keep(new SnapshotFiles(contents)), readOnly));
  const editable = { isCaseSensitive: true, isReadonly: false };
  keep(vscode.workspace.registerFileSystemProvider(schemes.session, sessions.files, editable));
  keep(vscode.workspace.registerFileSystemProvider(schemes.plan, planFiles, readOnly));
  keep(vscode.workspace.registerTextDocumentContentProvider(schemes.report, reports));
  for (const command of registerCommands(services)) keep(command);

  const tree = <Node extends AnyNode>(source: TreeSource<Node>) => {
    const provider = keep(new FolderTree(source, workspaces, log));
    const view = keep(
      vscode.window.createTreeView(source.view, {
        treeDataProvider: provider,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    if (source.about) {
      keep(
        workspaces.onDidChange(({ workspace }) => {
          view.description = source.about?.(workspace) ?? '';
        }),
      );
    }
    return provider;
  };
  const views = {
    'holdfast.migration': tree(new MigrationSource(plans)),
    'holdfast.snapshots': tree(new SnapshotsSource(contents)),
    'holdfast.sessions': tree(new SessionsSource(sessions.unsaved)),
    'holdfast.backups': tree(new BackupsSource()),
  };
  keep(new StatusBar(workspaces));
  new ContextKeys(workspaces, plans, sessions.unsaved);
  const indicator = keep(new SessionIndicator(sessions));
  keep(offerOnConflict(services));
  keep(new StalePlans(workspaces, plans, log));
  keep(connection.onDidGiveUp(problem => showFailure(services, 'sidecar', problem)));

  const ready = workspaces.start();
  services.offered = ready.then(() => offerAtStart(services));
  return {
    whenReady: () => ready,
    workspaces,
    sidecarPid: () => connection.pid(),
    views,
    sessionState: () => indicator.text,
    replacePrompts: prompts => {
      const before = services.prompts;
      services.prompts = prompts;
      return new vscode.Disposable(() => {
        services.prompts = before;
      });
    },
  };
}
