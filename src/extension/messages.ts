import * as vscode from 'vscode';
import type { ConflictPolicy, Migration } from '../protocol/migrations.ts';
import type { Candidate } from '../protocol/root.ts';
import type { SnapshotReason } from '../protocol/snapshots.ts';
import type { RootState } from './contributions.ts';
import { counted, files, labels } from './labels.ts';
import { sessions } from './session-messages.ts';
import { fileHistory, snapshotFolders } from './snapshot-messages.ts';
import type { PlanGroup } from './views/migration/nodes.ts';

const t = vscode.l10n.t;

const root = {
  noRootYet: () => t('The root is not made yet'),
  nothingHere: () => t('Nothing here yet'),
  rootMade: (path: string) => t('The root is ready: {0}', path),
  rootMissing: (path: string) => t('The root does not exist yet: {0}', path),
  rootWasThere: (path: string) => t('The root was there already: {0}', path),
  profileIs: (profile: string) => t('profile {0}', profile),
  sourceKind: (kind: Candidate['kind']) =>
    ({
      flag: t('Option'),
      setting: t('Setting'),
      env: t('Environment'),
      config: t('Configuration file'),
      compose: t('Compose file'),
      default: t('Default'),
    })[kind],
  candidateStatus: (status: Candidate['status']) =>
    ({ chosen: t('chosen'), shadowed: t('shadowed'), unset: t('not set'), invalid: t('cannot be used') })[status],
  stateOf: (state: RootState | undefined) =>
    state === undefined
      ? t('Looking for the root…')
      : {
          none: t('The root is not made yet.'),
          ready: t('Ready.'),
          unusable: t('The root cannot be used.'),
          untrusted: t('Restricted mode: only reading is possible.'),
        }[state],
  statusBarLabel: (path: string, state: string) => t('Holdfast root: {0}. {1}', path, state),
  latest: (time: string) => t('newest {0}', time),
  legacyLine: (count: number) =>
    count === 0 ? t('No legacy state') : counted(count, t('1 legacy file'), number => t('{0} legacy files', number)),
  snapshotsLine: (count: number) => counted(count, t('1 snapshot'), number => t('{0} snapshots', number)),
  sessionsLine: (count: number) => counted(count, t('1 session'), number => t('{0} sessions', number)),
  backupsLine: (count: number) => counted(count, t('1 backup'), number => t('{0} backups', number)),
  vaultLine: (bytes: string) => t('Vault: {0}', bytes),
  objects: (count: number) => counted(count, t('1 object'), number => t('{0} objects', number)),
  unsaved: (count: number) => counted(count, t('1 with unsaved edits'), number => t('{0} with unsaved edits', number)),
  changedLine: (count: number) =>
    count === 0
      ? t('Nothing changed since the newest snapshot')
      : counted(count, t('1 file changed since the newest snapshot'), number =>
          t('{0} files changed since the newest snapshot', number),
        ),
  changesIn: (added: number, removed: number, modified: number) =>
    t('{0} added, {1} removed, {2} modified', added, removed, modified),
  comparedOnly: (covered: string) => t('Compared: only {0}, which is all that this snapshot covers.', covered),
};

const snapshots = {
  period: (period: 'today' | 'yesterday' | 'week') =>
    ({ today: t('Today'), yesterday: t('Yesterday'), week: t('Last 7 days') })[period],
  reason: (reason: SnapshotReason) =>
    ({
      manual: '',
      'before-restore': t('safety: before a restore'),
      'before-migrate': t('safety: before a migration'),
      'before-undo': t('safety: before an undo'),
      'before-cleanup': t('safety: before a cleanup'),
      scheduled: t('scheduled'),
      import: t('imported'),
    })[reason],
  showMore: (remaining: number) => counted(remaining, t('Show 1 more'), number => t('Show more ({0})', number)),
  broken: (reason: string) => t('broken: {0}', reason),
  takingSnapshot: () => t('Taking a snapshot'),
  snapshotTaken: (name: string, count: number) => t('Snapshot “{0}” taken: {1}.', name, files(count)),
  snapshotTakenWithOmissions: (name: string, count: number) =>
    t(
      'Snapshot “{0}” taken, but {1} could not be read.',
      name,
      counted(count, t('1 path'), number => t('{0} paths', number)),
    ),
  deleteSnapshot: (name: string) => t('Delete snapshot “{0}”?', name),
  deleteSnapshots: (count: number) => t('Delete {0} snapshots?', count),
  deletedForADay: () => t('For a day it can be brought back: holdfast snapshot undelete'),
  deleteIsFinal: () => t('This cannot be undone.'),
  andMore: (count: number) => t('… and {0} more', count),
  nothingChanged: (a: string, b: string) => t('Nothing differs between “{0}” and {1}.', a, b),
  manyChanges: (count: number, most: number) =>
    t('{0} files differ. Choose which to compare; more than {1} at once make the editor slow.', count, most),
  emptyDirectory: () => t('A directory.'),
  linkTo: (target: string) => t('A symbolic link to {0}', target),
  secretNotShown: () => t('This file holds secrets. Its content is not shown.'),
  notShownAsText: () => t('This file is not shown as text.'),
  sizeIs: (size: string, bytes: number) =>
    bytes < 1000 ? t('Size: {0}', size) : t('Size: {0} ({1} bytes)', size, bytes),
  modifiedAt: (time: string) => t('Modified: {0}', time),
  reportGone: () => t('This report is no longer kept. Run the command again.'),
};

const restoring = {
  checkingRestore: () => t('Checking what would change'),
  restoring: (name: string) => t('Restoring {0}', name),
  restoreQuestion: (name: string, to: string) => t('Restore “{0}” into {1}?', name, to),
  restoreCounts: (written: number, overwritten: number, bytes: string | undefined) =>
    bytes === undefined
      ? t('Writes {0}; {1} of them replace what is there.', files(written), overwritten)
      : t('Writes {0} ({1}); {2} of them replace what is there.', files(written), bytes, overwritten),
  extraStay: (count: number) =>
    counted(count, t('1 path that is not in it stays.'), number => t('{0} paths that are not in it stay.', number)),
  cannotRestore: (count: number) => t('{0} cannot be restored.', files(count)),
  destination: (path: string) => t('Destination: {0}', path),
  safetyFirst: () => t('What is replaced goes into a safety snapshot first.'),
  deleteExtraQuestion: (count: number) =>
    counted(count, t('Delete 1 path that is not in it?'), number => t('Delete {0} paths that are not in it?', number)),
  alreadyRestored: (name: string, to: string) => t('{1} is already as in “{0}”. Nothing was written.', name, to),
  restored: (count: number, deleted: number, to: string) =>
    deleted === 0
      ? t('Restored {0} into {1}.', files(count), to)
      : t('Restored {0} into {1} and deleted {2}.', files(count), to, deleted),
  notRestored: (count: number) => t('{0} could not be restored.', files(count)),
  nothingToUndo: () => t('Nothing was replaced, so there is nothing to put back.'),
  undoing: () => t('Putting everything back'),
  undone: (count: number, deleted: number) => t('Put back {0} and removed {1}.', files(count), deleted),
  pathOf: (path: string, name: string) => t('{0} of {1}', path, name),
};

const migration = {
  planning: () => t('Looking at legacy state'),
  migrating: () => t('Migrating'),
  nothingToMigrate: () => t('No legacy state was found.'),
  everythingMigrated: (count: number) => t('Nothing to migrate: {0} already at the destination.', files(count)),
  planCounts: (count: string, bytes: string, path: string) =>
    t('{0} ({1}) would come into {2}. Nothing was written yet.', count, bytes, path),
  planDetail: (copy: number, upgrade: number, identical: number) =>
    t('{0} copied, {1} upgraded on the way, {2} already there.', copy, upgrade, identical),
  conflicts: (count: number) => counted(count, t('1 conflict.'), number => t('{0} conflicts.', number)),
  conflictDecision: (count: number, decision: string) => t('{0} conflicts: {1}', count, decision),
  omitted: (count: number) => counted(count, t('1 path is left out.'), number => t('{0} paths are left out.', number)),
  warningsCount: (count: number) => counted(count, t('1 warning.'), number => t('{0} warnings.', number)),
  applyQuestion: (count: string, bytes: string) => t('Migrate {0} ({1})?', count, bytes),
  sourcesStay: () => t('The sources stay where they are. What is replaced goes into a safety snapshot first.'),
  migrated: (count: number, verified: number) => t('Migrated {0}, {1} verified.', files(count), verified),
  migrationUndone: (removed: number, restored: number) =>
    t('Migration undone: {0} removed, {1} put back.', removed, restored),
  undoQuestion: (time: string) => t('Undo the migration of {0}?', time),
  undoDetail: (count: string, path: string) =>
    t(
      'Removes what it brought ({0}) from {1} and puts back what it replaced. Refused if something was edited since.',
      count,
      path,
    ),
  planGroup: (group: PlanGroup) =>
    ({
      upgrade: t('Upgrade'),
      copy: t('Copy'),
      conflict: t('Conflict'),
      identical: t('Identical'),
      omitted: t('Left Out'),
      warnings: t('Warnings'),
    })[group],
  planGroupDetail: (group: PlanGroup) =>
    ({
      upgrade: t('Comes into the root in the form that is current now.'),
      copy: t('Comes into the root byte by byte.'),
      conflict: t('The root has another file in this place. Choose for each which one stays.'),
      identical: t('Is in the root already.'),
      omitted: t('Stays out of the root, and why.'),
      warnings: t('Worth knowing before the plan is applied.'),
    })[group],
  countUndecided: (all: string, open: number) => t('{0} ({1} not decided)', all, open),
  stretch: (first: string, last: string) => t('{0} to {1}', first, last),
  decision: (policy: ConflictPolicy | undefined) =>
    policy === undefined
      ? t('not decided')
      : {
          fail: t('stop'),
          'keep-target': t('keep mine'),
          'keep-source': t('take legacy'),
          'keep-both': t('keep both'),
          'keep-newer': t('keep newer'),
        }[policy],
  severalProfiles: (profiles: readonly string[], chosen: string) =>
    t('Several applications fit this folder: {0}. It is taken for {1}.', profiles.join(', '), chosen),
  noMigrations: () => t('There is no migration yet.'),
  migrationStatus: (status: Migration['status']) =>
    ({ applying: t('not finished'), completed: t('completed'), undone: t('undone') })[status],
  policy: (policy: ConflictPolicy) =>
    ({
      fail: { label: t('Stop'), detail: t('Change nothing when a file differs.') },
      'keep-target': { label: t('Keep what is at the destination'), detail: t('The legacy file is not brought over.') },
      'keep-source': {
        label: t('Take the legacy file'),
        detail: t('What is at the destination goes into a safety snapshot.'),
      },
      'keep-both': { label: t('Keep both'), detail: t('The legacy file comes under another name beside it.') },
      'keep-newer': { label: t('Keep the newer one'), detail: t('By the time of the last change.') },
    })[policy],
};

const checks = {
  makingBackup: () => t('Making a backup'),
  verifying: () => t('Verifying'),
  backupMade: (count: string, bytes: string, path: string) => t('Backup made: {0}, {1}, {2}', count, bytes, path),
  backupGood: (count: string, bytes: string) => t('The backup is good: {0}, {1}.', count, bytes),
  backupBad: (count: number) => t('The backup is damaged: {0} bad.', files(count)),
  backupOf: (time: string) => t('backup of {0}', time),
  deleteBackup: (name: string) => t('Delete the {0}?', name),
  deleteBackups: (count: number) => t('Delete {0} backups?', count),
  otherArchive: () => t('Another archive…'),
  withSecrets: () => t('With secrets'),
  withSecretsDetail: () => t('Anyone who can read the archive can read them.'),
  withoutSecrets: () => t('Without secrets'),
  withoutSecretsDetail: (count: number) =>
    counted(count, t('1 file in a secret area is left out.'), number =>
      t('{0} files in secret areas are left out.', number),
    ),
  verifyStructure: () => t('Structure'),
  verifyStructureDetail: () => t('Quick: everything that snapshots refer to is there.'),
  verifyBytes: () => t('Every byte'),
  verifyBytesDetail: () => t('Reads all of it and checks each digest.'),
  vaultGood: (count: number, bytes: string) => t('The vault is good: {0} objects, {1} read.', count, bytes),
  pruning: () => t('Pruning'),
  prune: () => t('Prune'),
  pruneQuestion: (count: number) =>
    count === 1 ? t('Delete 1 snapshot and free space?') : t('Delete {0} snapshots and free space?', count),
  pruneKeeps: (count: number) => t('{0} are kept. Rules: the setting holdfast.retention.', count),
  pruned: (count: number, bytes: string) => t('{0} snapshots deleted, {1} freed.', count, bytes),
  vaultBad: (count: number) => t('The vault is damaged: {0} objects.', count),
  repair: () => t('Repair'),
  repairing: () => t('Repairing the vault'),
  repaired: (count: number) => t('The vault is whole again: {0} things were repaired.', count),
  nothingToRepair: () => t('The vault is whole: there is nothing to repair.'),
  stillLost: (lost: number, repaired: number) =>
    t('{1} things were repaired; {0} are lost: neither the root nor a backup has them.', lost, repaired),
  legacyPlace: () => t('in a legacy place'),
  unsavedEdits: () => t('unsaved edits'),
};

const problems = {
  untrusted: () => t('The workspace is not trusted, so nothing is written.'),
  untrustedHint: () => t('Trust it to use this command.'),
  noFolder: () => t('No folder is open.'),
  noFolderHint: () => t('Open the folder of an application first.'),
  noSuchFolder: (folder: string) => t('This folder is not open: {0}', folder),
  noSuchSnapshot: (id: string) => t('There is no snapshot {0}.', id),
  noSuchSession: (id: string) => t('There is no session {0}.', id),
  noSuchPlan: (id: string) => t('There is no plan {0}.', id),
  noSuchItem: () => t('The plan has no such file.'),
  noPreview: () => t('No migration is being previewed.'),
  noPreviewHint: () => t('Begin with “Holdfast: Preview Migration”.'),
  noSuchMigration: (id: string) => t('There is no migration {0}.', id),
  noSnapshots: () => t('There is no snapshot yet.'),
  noSnapshotsHint: () => t('Take one with “Holdfast: Create Snapshot”.'),
  noSessions: () => t('There are no sessions.'),
  noBackups: () => t('There is no backup yet.'),
  noBackupsHint: () => t('Make one with “Holdfast: Create Backup”.'),
  activationFailed: (why: string) => t('Holdfast did not start: {0}', why),
};

/** All that Holdfast says in this window. */
export const texts = {
  files,
  ...labels,
  ...root,
  ...snapshots,
  ...snapshotFolders,
  ...fileHistory,
  ...restoring,
  ...migration,
  ...checks,
  ...problems,
  ...sessions,
};
