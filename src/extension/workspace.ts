import * as vscode from 'vscode';
import type { Backup, BackupList } from '../protocol/backups.ts';
import { Candidate, type RootInfo, type Status } from '../protocol/root.ts';
import type { Session } from '../protocol/sessions.ts';
import type { Snapshot, SnapshotList } from '../protocol/snapshots.ts';
import { asHoldfastError, type HoldfastError, type WorkspaceClient } from '../sidecar/client.ts';
import type { RootState } from './contributions.ts';
import { Listing } from './listing.ts';
import type { Log } from './log.ts';
import { SingleFlight } from './single-flight.ts';

/** What of a workspace folder may have changed. `root` is everything; `status` the numbers only. */
export type Noun = 'root' | 'status' | 'snapshots' | 'sessions' | 'backups' | 'migrations';

export interface SessionQuery {
  readonly filter?: string | undefined;
  readonly sort?: 'updatedAt' | 'createdAt' | 'title' | 'bytes' | undefined;
  readonly desc?: boolean | undefined;
}

const pageSize = 100;

/** What the extension knows of one workspace folder: a picture of the disk, taken again whenever it may have changed. */
export class Workspace {
  readonly folder: vscode.WorkspaceFolder;
  /** Undefined until the sidecar has answered for the first time. */
  state: RootState | undefined;
  root: RootInfo | undefined;
  /** Why there is no usable root. */
  problem: HoldfastError | undefined;
  status: Status | undefined;
  readonly snapshots: Listing<Snapshot>;
  readonly sessions: Listing<Session>;
  /** Which sessions are listed, and in which order: as the person chose in this window. */
  sessionQuery: SessionQuery = {};
  /** Manifests that cannot be read, from the newest listing. */
  brokenSnapshots: SnapshotList['broken'] = [];

  private readonly changed = new vscode.EventEmitter<ReadonlySet<Noun>>();
  readonly onDidChange = this.changed.event;
  private readonly due = new Set<Noun>();
  private readonly refreshing = new SingleFlight(() => this.refreshDue());
  private readonly connect: () => Promise<WorkspaceClient>;
  private readonly log: Log;
  private backupList: Promise<BackupList> | undefined;

  constructor(folder: vscode.WorkspaceFolder, connect: () => Promise<WorkspaceClient>, log: Log) {
    this.folder = folder;
    this.connect = connect;
    this.log = log;
    this.snapshots = new Listing(async cursor => {
      const list = await (await connect()).listSnapshots({ limit: pageSize, sort: 'createdAt', desc: true, cursor });
      this.brokenSnapshots = list.broken;
      return { items: list.snapshots, total: list.total, nextCursor: list.nextCursor };
    });
    this.sessions = new Listing(async cursor => {
      const list = await (await connect()).listSessions({ limit: pageSize, cursor, ...this.sessionQuery });
      return { items: list.sessions, total: list.total, nextCursor: list.nextCursor };
    });
  }

  client(): Promise<WorkspaceClient> {
    return this.connect();
  }

  /** Absolute path of the folder. */
  get path(): string {
    return this.folder.uri.fsPath;
  }

  get name(): string {
    return this.folder.name;
  }

  /** Why each place won or lost, also when none is usable. */
  get candidates(): Candidate[] {
    if (this.root) return this.root.candidates;
    const details = this.problem?.details;
    const found = typeof details === 'object' && details !== null && 'candidates' in details ? details.candidates : [];
    const parsed = Candidate.array().safeParse(found);
    return parsed.success ? parsed.data : [];
  }

  backups(): Promise<BackupList> {
    if (!this.backupList) {
      const loading = this.connect().then(client => client.listBackups());
      this.backupList = loading;
      loading.catch(() => {
        if (this.backupList === loading) this.backupList = undefined;
      });
    }
    return this.backupList;
  }

  async backup(id: string): Promise<Backup | undefined> {
    return (await this.backups()).backups.find(backup => backup.id === id);
  }

  /** Reads again what may have changed. Never rejects: what went wrong is in `problem` and in the log. */
  refresh(...nouns: Noun[]): Promise<void> {
    for (const noun of nouns) this.due.add(noun);
    return this.refreshing.run();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async refreshDue(): Promise<void> {
    const due = new Set(this.due);
    this.due.clear();
    if (due.size === 0) return;
    const all = due.has('root');
    if (all || due.has('snapshots')) this.snapshots.forget();
    if (all || due.has('sessions')) this.sessions.forget();
    if (all || due.has('backups')) this.backupList = undefined;
    if (all) await this.readRoot();
    await this.readStatus();
    this.changed.fire(due);
  }

  private async readRoot(): Promise<void> {
    try {
      this.root = await (await this.connect()).root();
      this.problem = undefined;
      this.log.info(
        `${this.name}: root ${this.root.root} from ${this.root.source.kind} ${this.root.source.name}` +
          `, profile ${this.root.profile}${this.root.exists ? '' : ', not made yet'}`,
      );
    } catch (error) {
      this.root = undefined;
      this.problem = asHoldfastError(error);
      this.log.error(`${this.name}: no usable root`, this.problem);
    }
    this.state = this.stateNow();
  }

  private stateNow(): RootState {
    if (!vscode.workspace.isTrusted) return 'untrusted';
    if (!this.root) return 'unusable';
    return this.root.exists ? 'ready' : 'none';
  }

  private async readStatus(): Promise<void> {
    if (!this.root) {
      this.status = undefined;
      return;
    }
    try {
      this.status = await (await this.connect()).status();
    } catch (error) {
      this.status = undefined;
      this.log.error(`${this.name}: no status`, error);
    }
  }
}
