import type { ClientResponse } from 'hono/client';
import type { z } from 'zod';
import { HoldfastError } from '../../engine/errors.ts';
import type { Work } from '../../engine/ports.ts';
import type { Backup, BackupList, CreateBackup, RestoreBackup, VerifyBackup } from '../../protocol/backups.ts';
import type { FileInfo, ListQuery, RestoreResult } from '../../protocol/common.ts';
import type { FileHistory } from '../../protocol/files.ts';
import type { LogEntry } from '../../protocol/log.ts';
import type {
  ApplyMigration,
  ApplyResult,
  Migration,
  MigrationDetails,
  MigrationPlan,
  PlanMigration,
  UndoResult,
} from '../../protocol/migrations.ts';
import type { Operation } from '../../protocol/operations.ts';
import type { PruneResult, PruneVault } from '../../protocol/retention.ts';
import type { RootCreated, RootInfo, Status } from '../../protocol/root.ts';
import type { ExportResult, ExportSnapshot, ImportResult, ImportSnapshot } from '../../protocol/share.ts';
import type {
  CreateSnapshot,
  Diff,
  EditSnapshot,
  RestoreSnapshot,
  Snapshot,
  SnapshotList,
} from '../../protocol/snapshots.ts';
import type { RepairVault, VaultStats, VerifyVault } from '../../protocol/vault.ts';
import type { VisitList } from '../../protocol/visits.ts';
import { allPages } from './all-pages.ts';
import type { EventStream } from './event-stream.ts';
import { runOperation } from './follow.ts';
import { type SessionClient, sessionClient } from './session-client.ts';
import { bytes, json, segment, type TypedApi } from './typed.ts';

/** What a listing can be asked; absent and `undefined` are the same. */
export type Query = { [Name in keyof ListQuery]?: ListQuery[Name] | undefined };

/**
 * The engine's verbs on one workspace folder. All reject with `HoldfastError`; those that take `work` report progress,
 * stop on its signal, and settle once everything is done or put back.
 */
export interface WorkspaceClient extends SessionClient {
  readonly folder: string;
  root(): Promise<RootInfo>;
  initRoot(): Promise<z.infer<typeof RootCreated>>;
  status(): Promise<Status>;

  createSnapshot(input: CreateSnapshot, work?: Work): Promise<Snapshot>;
  listSnapshots(query?: Query): Promise<SnapshotList>;
  showSnapshot(reference: string): Promise<Snapshot>;
  editSnapshot(reference: string, edit: EditSnapshot): Promise<Snapshot>;
  deleteSnapshot(reference: string): Promise<{ deleted: string[] }>;
  undeleteSnapshot(reference: string, work?: Work): Promise<Snapshot>;
  /** Everything at and below `path`; without it, everything. */
  snapshotFiles(reference: string, path?: string): Promise<FileInfo[]>;
  snapshotContent(reference: string, path: string): Promise<Uint8Array>;
  /** `b` null: the root as it is now. No paths: all. */
  diffSnapshot(a: string, b: string | null, paths?: readonly string[]): Promise<Diff>;
  restoreSnapshot(reference: string, input: RestoreSnapshot, work?: Work): Promise<RestoreResult>;
  /** The file is one of the machine that the sidecar runs on. */
  exportSnapshot(reference: string, input: ExportSnapshot, work?: Work): Promise<ExportResult>;
  importSnapshot(input: ImportSnapshot, work?: Work): Promise<ImportResult>;

  /** Visits of one snapshot, or of all. */
  snapshotVisits(query?: Query & { snapshot?: string | undefined }): Promise<VisitList>;

  fileHistory(path: string): Promise<FileHistory>;

  createBackup(input: CreateBackup, work?: Work): Promise<Backup>;
  listBackups(): Promise<BackupList>;
  /** `reference`: an id, or the path of an archive. */
  verifyBackup(reference: string, work?: Work): Promise<z.infer<typeof VerifyBackup>>;
  restoreBackup(reference: string, input: RestoreBackup, work?: Work): Promise<RestoreResult>;
  deleteBackup(reference: string): Promise<{ deleted: string[] }>;

  planMigration(input: PlanMigration, work?: Work): Promise<MigrationPlan>;
  /** Undefined where there are no bytes: the target of a file that is new. */
  planContent(planId: string, item: string, side: 'source' | 'target' | 'result'): Promise<Uint8Array | undefined>;
  applyMigration(input: ApplyMigration, work?: Work): Promise<ApplyResult>;
  listMigrations(): Promise<Migration[]>;
  showMigration(reference: string): Promise<z.infer<typeof MigrationDetails>>;
  undoMigration(reference: string, work?: Work): Promise<UndoResult>;

  log(query?: Query): Promise<LogEntry[]>;
  verifyVault(input: { readData?: boolean }, work?: Work): Promise<VerifyVault>;
  /** Rules that are given replace those of the setting `holdfast.retention`. */
  pruneVault(input: PruneVault, work?: Work): Promise<PruneResult>;
  repairVault(work?: Work): Promise<RepairVault>;
  vaultStats(): Promise<VaultStats>;
}

type StartOf<Result> = () => Promise<ClientResponse<Omit<Operation, 'result'> & { result?: Result }, 202, 'json'>>;
/** The result of a long call, typed by its route. */
export type LongCall = <Result>(start: StartOf<Result>, work?: Work) => Promise<NonNullable<Result>>;

export function workspaceClient(api: TypedApi, events: EventStream, folder: string): WorkspaceClient {
  const query = { workspace: folder };
  const at = (reference: string) => ({ query, param: { id: segment(reference) } });
  const listing = ({ limit, desc, ...rest }: Query = {}) => ({
    query: {
      ...query,
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      ...(limit === undefined ? {} : { limit: String(limit) }),
      ...(desc === undefined ? {} : { desc: String(desc) }),
    },
  });
  const calls = {
    get: (id: string) => json(api.operations[':id'].$get({ param: { id: segment(id) } })) as Promise<Operation>,
    cancel: (id: string) => json(api.operations[':id'].$delete({ param: { id: segment(id) } })),
  };
  const long: LongCall = <Result>(start: StartOf<Result>, work: Work = {}) =>
    runOperation<NonNullable<Result>>(async () => (await json(start())) as Operation, calls, events, work);
  const { root, status, snapshots, files, backups, migrations, log, vault } = api;

  return {
    folder,
    root: () => json(root.$get({ query })),
    initRoot: () => json(root.$post({ query })),
    status: () => json(status.$get({ query })),

    createSnapshot: async (input, work) => (await long(() => snapshots.$post({ query, json: input }), work)).snapshot,
    listSnapshots: async wanted => json(snapshots.$get(listing(wanted))),
    showSnapshot: async reference => (await json(snapshots[':id'].$get(at(reference)))).snapshot,
    editSnapshot: async (reference, edit) =>
      (await json(snapshots[':id'].$patch({ ...at(reference), json: edit }))).snapshot,
    deleteSnapshot: async reference => json(snapshots[':id'].$delete(at(reference))),
    undeleteSnapshot: async (reference, work) =>
      (await long(() => snapshots[':id'].undelete.$post(at(reference)), work)).snapshot,
    snapshotFiles: async (reference, path) => {
      const { param } = at(reference);
      return (await json(snapshots[':id'].files.$get({ param, query: { ...query, ...(path ? { path } : {}) } }))).files;
    },
    snapshotContent: async (reference, path) =>
      bytes(snapshots[':id'].content.$get({ param: at(reference).param, query: { ...query, path } })),
    diffSnapshot: async (a, b, paths = []) =>
      json(
        snapshots[':id'].diff.$get({
          param: at(a).param,
          query: { ...query, ...(b === null ? {} : { to: b }), ...(paths.length > 0 ? { path: [...paths] } : {}) },
        }),
      ),
    restoreSnapshot: async (reference, input, work) =>
      long(() => snapshots[':id'].restore.$post({ ...at(reference), json: input }), work),
    exportSnapshot: async (reference, input, work) =>
      long(() => snapshots[':id'].export.$post({ ...at(reference), json: input }), work),
    importSnapshot: async (input, work) => long(() => snapshots.import.$post({ query, json: input }), work),

    snapshotVisits: async ({ tag: _, snapshot, ...wanted } = {}) => {
      const { query: asked } = listing(wanted);
      return json(api.snapshot_access_logs.$get({ query: { ...asked, ...(snapshot ? { snapshot } : {}) } }));
    },

    fileHistory: path => json(files.history.$get({ query: { ...query, path } })),

    createBackup: async (input, work) => (await long(() => backups.$post({ query, json: input }), work)).backup,
    listBackups: async () => {
      const pages = await allPages(page => json(backups.$get({ query: { ...query, ...page } })));
      const [{ directory, broken }] = pages;
      return { directory, backups: pages.flatMap(page => page.backups), broken };
    },
    verifyBackup: async (reference, work) => long(() => backups[':id'].verify.$post(at(reference)), work),
    restoreBackup: async (reference, input, work) =>
      long(() => backups[':id'].restore.$post({ ...at(reference), json: input }), work),
    deleteBackup: async reference => json(backups[':id'].$delete(at(reference))),

    planMigration: async (input, work) => long(() => migrations.plans.$post({ query, json: input }), work),
    planContent: async (planId, item, side) => {
      try {
        return await bytes(
          migrations.plans[':id'].content.$get({ param: at(planId).param, query: { ...query, item, side } }),
        );
      } catch (error) {
        const details = HoldfastError.is(error, 'NOT_FOUND') ? error.details : undefined;
        if (typeof details === 'object' && details !== null && 'absent' in details) return undefined;
        throw error;
      }
    },
    applyMigration: async (input, work) => long(() => migrations.$post({ query, json: input }), work),
    listMigrations: async () =>
      (await allPages(page => json(migrations.$get({ query: { ...query, ...page } })))).flatMap(
        page => page.migrations,
      ),
    showMigration: async reference => json(migrations[':id'].$get(at(reference))),
    undoMigration: async (reference, work) => long(() => migrations[':id'].undo.$post(at(reference)), work),

    ...sessionClient(api, query, listing, long),
    log: async wanted => (await json(log.$get(listing(wanted)))).entries as LogEntry[],
    verifyVault: async (input, work) => long(() => vault.verify.$post({ query, json: input }), work),
    pruneVault: async (input, work) => long(() => vault.prune.$post({ query, json: input }), work),
    repairVault: async work => long(() => vault.repair.$post({ query }), work),
    vaultStats: () => json(vault.stats.$get({ query })),
  };
}
