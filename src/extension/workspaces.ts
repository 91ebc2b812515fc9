import * as vscode from 'vscode';
import type { ServerEvent } from '../protocol/operations.ts';
import type { HoldfastClient } from '../sidecar/client.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { readFolderSettings } from './settings.ts';
import type { SnapshotFolders } from './snapshot-folders/snapshot-folders.ts';
import { UnwatchedChanges } from './unwatched-changes.ts';
import { type Noun, Workspace } from './workspace.ts';

export interface WorkspaceChange {
  readonly workspace: Workspace;
  readonly nouns: ReadonlySet<Noun>;
}

/** Files at the top of a workspace folder that can decide about the root or the profile. */
const decidingFiles =
  '{config.json,holdfast.profile.json,compose.yaml,compose.yml,docker-compose.yml,docker-compose.yaml,.vscode/settings.json}';

/** One entry per workspace folder, kept in step with the window: folders, settings, trust, the sidecar and the disk. */
export class Workspaces {
  private entries: Workspace[] = [];
  private readonly changed = new vscode.EventEmitter<WorkspaceChange>();
  /** Something about one folder may look different now. */
  readonly onDidChange = this.changed.event;
  private readonly foldersChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeFolders = this.foldersChanged.event;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly perFolder = new Map<Workspace, vscode.Disposable[]>();
  private configured: Promise<HoldfastClient> | undefined;
  private listening: { client: HoldfastClient; stop: AbortController } | undefined;
  private readonly unwatched = new UnwatchedChanges<Workspace, Noun>(
    () => vscode.window.state.focused,
    (entry, nouns) => void entry.refresh(...nouns),
  );
  private readonly connection: Connection;
  private readonly snapshotFolders: SnapshotFolders;
  private readonly log: Log;

  constructor(connection: Connection, snapshotFolders: SnapshotFolders, log: Log) {
    this.connection = connection;
    this.snapshotFolders = snapshotFolders;
    this.log = log;
    this.disposables.push(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.unwatched.watchedAgain();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.syncFolders()),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('holdfast')) void this.reconfigure();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.reconfigure()),
      connection.onDidRestart(() => void this.reconfigure()),
      // Nothing can be read any more: each folder says so.
      connection.onDidGiveUp(() => void this.refreshAll('root')),
    );
  }

  get all(): readonly Workspace[] {
    return this.entries;
  }

  /** There are folders, and each is a copy of a snapshot. */
  get showsOnlySnapshots(): boolean {
    return this.entries.length === 0 && this.snapshotFolders.anyOpen;
  }

  of(folder: string | vscode.Uri): Workspace | undefined {
    const key = folder.toString();
    return this.entries.find(entry => entry.folder.uri.toString() === key || entry.path === key);
  }

  /** The one that a file belongs to, else the first. */
  near(uri: vscode.Uri | undefined): Workspace | undefined {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    return (folder && this.of(folder.uri)) ?? this.entries[0];
  }

  /** Starts the sidecar if there is something to ask it, and reads every folder for the first time. */
  start(): Promise<void> {
    return this.syncFolders();
  }

  refreshAll(...nouns: Noun[]): Promise<void> {
    return Promise.all(this.entries.map(entry => entry.refresh(...nouns))).then(() => {});
  }

  /** Tells the sidecar the folders, settings and trust as they are now, then reads everything again. */
  reconfigure(): Promise<void> {
    this.configured = undefined;
    return this.refreshAll('root');
  }

  dispose(): void {
    this.listening?.stop.abort();
    for (const entry of this.entries) this.forget(entry);
    for (const disposable of this.disposables) disposable.dispose();
    this.changed.dispose();
    this.foldersChanged.dispose();
  }

  private syncFolders(): Promise<void> {
    // The sidecar works on local paths; a virtual folder has none. A copy of a snapshot is looked at, not worked in.
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      ({ uri }) => uri.scheme === 'file' && this.snapshotFolders.copyOf(uri) === undefined,
    );
    const known = new Map(this.entries.map(entry => [entry.folder.uri.toString(), entry]));
    this.entries = folders.map(folder => {
      const entry = known.get(folder.uri.toString());
      known.delete(folder.uri.toString());
      return entry ?? this.add(folder);
    });
    for (const gone of known.values()) this.forget(gone);
    this.foldersChanged.fire();
    return this.reconfigure();
  }

  private add(folder: vscode.WorkspaceFolder): Workspace {
    const entry = new Workspace(folder, async () => (await this.client()).in(folder.uri.fsPath), this.log);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, decidingFiles));
    const reread = () => void entry.refresh('root');
    this.perFolder.set(entry, [
      entry,
      watcher,
      watcher.onDidChange(reread),
      watcher.onDidCreate(reread),
      watcher.onDidDelete(reread),
      entry.onDidChange(nouns => this.changed.fire({ workspace: entry, nouns })),
    ]);
    return entry;
  }

  private forget(entry: Workspace): void {
    for (const disposable of this.perFolder.get(entry) ?? []) disposable.dispose();
    this.perFolder.delete(entry);
  }

  /** The client, once the sidecar has been told about the folders. */
  private client(): Promise<HoldfastClient> {
    if (!this.configured) {
      const configuring = this.configure();
      this.configured = configuring;
      configuring.catch(() => {
        if (this.configured === configuring) this.configured = undefined;
      });
    }
    return this.configured;
  }

  private async configure(): Promise<HoldfastClient> {
    const client = await this.connection.client();
    await client.setWorkspaces({
      workspaces: this.entries.map(entry => ({ folder: entry.path, ...readFolderSettings(entry.folder) })),
      trusted: vscode.workspace.isTrusted,
    });
    await this.listen(client);
    return client;
  }

  /** Resolves once events are heard: what is read from then on cannot become outdated unnoticed. */
  private listen(client: HoldfastClient): Promise<void> {
    if (this.listening?.client === client) return Promise.resolve();
    this.listening?.stop.abort();
    const stop = new AbortController();
    this.listening = { client, stop };
    return new Promise((resolve, reject) => {
      client
        .events(event => this.receive(event), stop.signal, resolve)
        .catch(error => {
          if (this.listening?.stop === stop) this.listening = undefined;
          if (!stop.signal.aborted) this.log.error("The sidecar's events ended", error);
          reject(error);
        });
    });
  }

  private receive(event: ServerEvent): void {
    if (event.type !== 'changed') return;
    const nouns = event.nouns.filter((noun): noun is Noun => isNoun(noun));
    const entry = this.of(event.workspace);
    if (entry) this.unwatched.changed(entry, nouns.length > 0 ? nouns : ['status']);
  }
}

function isNoun(noun: string): noun is Noun {
  return ['root', 'status', 'snapshots', 'sessions', 'backups', 'migrations'].includes(noun);
}
