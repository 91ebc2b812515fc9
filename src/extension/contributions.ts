/**
 * Every id that the manifest (package.json) declares, typed once. Imports nothing, so that the test that compares it
 * with the manifest runs without VS Code; `contribute.ts` has the wrappers that take these types.
 */
export const commandIds = [
  'holdfast.root.show',
  'holdfast.root.init',
  'holdfast.root.select',
  'holdfast.root.reveal',
  'holdfast.profile.select',
  'holdfast.status.show',
  'holdfast.migrate.plan',
  'holdfast.migrate.planFrom',
  'holdfast.migrate.planAgain',
  'holdfast.migrate.compare',
  'holdfast.migrate.open',
  'holdfast.migrate.keepMine',
  'holdfast.migrate.takeLegacy',
  'holdfast.migrate.keepBoth',
  'holdfast.migrate.keepNewer',
  'holdfast.migrate.decideLater',
  'holdfast.migrate.discard',
  'holdfast.migrate.apply',
  'holdfast.migrate.list',
  'holdfast.migrate.show',
  'holdfast.migrate.undo',
  'holdfast.snapshot.create',
  'holdfast.snapshot.list',
  'holdfast.snapshot.show',
  'holdfast.snapshot.files',
  'holdfast.snapshot.open',
  'holdfast.snapshot.diff',
  'holdfast.snapshot.diffWith',
  'holdfast.snapshot.openFolder',
  'holdfast.snapshot.compareFile',
  'holdfast.snapshot.restore',
  'holdfast.snapshot.restoreTo',
  'holdfast.snapshot.delete',
  'holdfast.snapshot.pin',
  'holdfast.snapshot.unpin',
  'holdfast.snapshot.edit',
  'holdfast.snapshot.more',
  'holdfast.file.history',
  'holdfast.session.list',
  'holdfast.session.open',
  'holdfast.session.show',
  'holdfast.session.more',
  'holdfast.session.create',
  'holdfast.session.newFrom',
  'holdfast.session.history',
  'holdfast.session.rename',
  'holdfast.session.delete',
  'holdfast.session.snapshot',
  'holdfast.session.export',
  'holdfast.session.import',
  'holdfast.session.filter',
  'holdfast.session.sort',
  'holdfast.session.resolve',
  'holdfast.session.recoverable',
  'holdfast.session.compareUnsaved',
  'holdfast.session.recover',
  'holdfast.session.mergeUnsaved',
  'holdfast.session.discard',
  'holdfast.backup.create',
  'holdfast.backup.list',
  'holdfast.backup.verify',
  'holdfast.backup.restore',
  'holdfast.backup.restoreTo',
  'holdfast.backup.delete',
  'holdfast.backup.reveal',
  'holdfast.broken.reveal',
  'holdfast.vault.verify',
  'holdfast.vault.prune',
  'holdfast.vault.repair',
  'holdfast.audit.show',
  'holdfast.log.show',
  'holdfast.sidecar.restart',
  'holdfast.view.refresh',
] as const;
export type CommandId = (typeof commandIds)[number];

/** Those that change something on disk: hidden and refused while the workspace is not trusted. */
export const writingCommands = [
  'holdfast.root.init',
  'holdfast.root.select',
  'holdfast.profile.select',
  'holdfast.migrate.plan',
  'holdfast.migrate.planFrom',
  'holdfast.migrate.planAgain',
  'holdfast.migrate.apply',
  'holdfast.migrate.undo',
  'holdfast.snapshot.create',
  'holdfast.snapshot.openFolder',
  'holdfast.snapshot.restore',
  'holdfast.snapshot.restoreTo',
  'holdfast.snapshot.delete',
  'holdfast.snapshot.pin',
  'holdfast.snapshot.unpin',
  'holdfast.snapshot.edit',
  'holdfast.session.create',
  'holdfast.session.newFrom',
  'holdfast.session.rename',
  'holdfast.session.delete',
  'holdfast.session.snapshot',
  'holdfast.session.export',
  'holdfast.session.import',
  'holdfast.session.resolve',
  'holdfast.session.recover',
  'holdfast.session.mergeUnsaved',
  'holdfast.session.discard',
  'holdfast.backup.create',
  'holdfast.backup.restore',
  'holdfast.backup.restoreTo',
  'holdfast.backup.delete',
  'holdfast.vault.prune',
  'holdfast.vault.repair',
] as const satisfies readonly CommandId[];

export const viewContainer = 'holdfast';
export const viewIds = ['holdfast.migration', 'holdfast.snapshots', 'holdfast.sessions', 'holdfast.backups'] as const;
export type ViewId = (typeof viewIds)[number];

export type RootState = 'none' | 'ready' | 'unusable' | 'untrusted';

export interface ContextKeys {
  /** Unset until the sidecar has answered for the first time. */
  'holdfast.state': RootState;
  'holdfast.hasLegacy': boolean;
  /** There are edits that a window which is gone left behind. */
  'holdfast.hasUnsaved': boolean;
  /** The folders of the window are all copies of snapshots. */
  'holdfast.showsSnapshot': boolean;
  /** A migration is being previewed. */
  'holdfast.hasPlan': boolean;
}
export const contextKeys = {
  'holdfast.state': true,
  'holdfast.hasLegacy': true,
  'holdfast.hasUnsaved': true,
  'holdfast.showsSnapshot': true,
  'holdfast.hasPlan': true,
} satisfies Record<keyof ContextKeys, true>;

/** `restricted` ones count only from user settings while the workspace is not trusted. */
export const settings = {
  'holdfast.root': { restricted: true },
  'holdfast.profile': { restricted: true },
  'holdfast.backupDirectory': { restricted: true },
  'holdfast.exclude': { restricted: true },
  'holdfast.retention': { restricted: false },
  'holdfast.watch': { restricted: false },
  'holdfast.autosaveDelay': { restricted: false },
  'holdfast.sessionLimit': { restricted: false },
  'holdfast.snapshotBeforeRestore': { restricted: false },
  'holdfast.snapshotBeforeMigrate': { restricted: false },
} as const;
export type SettingId = keyof typeof settings;
export const settingIds = Object.keys(settings) as SettingId[];

/** What a session holds can be edited; what a snapshot holds, both sides of a migration's preview and reports cannot. */
export const schemes = {
  snapshot: 'holdfast-snapshot',
  session: 'holdfast-session',
  plan: 'holdfast-plan',
  report: 'holdfast-report',
} as const;

/** What a row of a tree is, as `when` clauses see it; flags follow with `+` (`holdfast.snapshot+pinned`). */
export const rowKinds = {
  folder: 'holdfast.folder',
  group: 'holdfast.group',
  snapshot: 'holdfast.snapshot',
  entry: 'holdfast.entry',
  session: 'holdfast.session',
  sessionGroup: 'holdfast.sessionGroup',
  unsavedGroup: 'holdfast.unsavedGroup',
  unsaved: 'holdfast.unsaved',
  backup: 'holdfast.backup',
  broken: 'holdfast.broken',
  notice: 'holdfast.notice',
  more: 'holdfast.more',
  planGroup: 'holdfast.planGroup',
  planItem: 'holdfast.planItem',
  planNote: 'holdfast.planNote',
} as const;
export type RowKind = keyof typeof rowKinds;

export function rowContext(kind: RowKind, flags: Record<string, boolean> = {}): string {
  const set = Object.keys(flags).filter(flag => flags[flag]);
  return [rowKinds[kind], ...set].join('+');
}
