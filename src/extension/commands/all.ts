import type { CommandId } from '../contributions.ts';
import { createBackup } from './backup/create.ts';
import { deleteBackups } from './backup/delete.ts';
import { restoreBackup, restoreBackupTo } from './backup/restore.ts';
import { revealBackup } from './backup/reveal.ts';
import { verifyBackup } from './backup/verify.ts';
import type { Command } from './command.ts';
import { showFileHistory } from './file/history.ts';
import { showAudit } from './general/audit.ts';
import { focusView } from './general/focus-view.ts';
import { showLog } from './general/log.ts';
import { loadMore } from './general/more.ts';
import { refresh } from './general/refresh.ts';
import { restartSidecar } from './general/restart.ts';
import { revealBroken } from './general/reveal-broken.ts';
import { applyMigration } from './migrate/apply.ts';
import { comparePlan } from './migrate/compare.ts';
import { decide } from './migrate/decide.ts';
import { discardPreview } from './migrate/discard.ts';
import { listMigrations } from './migrate/list.ts';
import { openPlanItem } from './migrate/open-item.ts';
import { planAgain, planMigration, planMigrationFrom } from './migrate/plan.ts';
import { showMigration } from './migrate/show.ts';
import { undoMigration } from './migrate/undo.ts';
import { initRoot } from './root/init.ts';
import { revealRoot } from './root/reveal.ts';
import { selectRoot } from './root/select.ts';
import { selectProfile } from './root/select-profile.ts';
import { showRoot } from './root/show.ts';
import { createSession, newFromSession } from './session/create.ts';
import { deleteSessions } from './session/delete.ts';
import { showHistory } from './session/history.ts';
import { openSession } from './session/open.ts';
import { filterSessions, sortSessions } from './session/order.ts';
import { renameSession } from './session/rename.ts';
import { resolveConflict } from './session/resolve.ts';
import { exportSession, importSession } from './session/share.ts';
import { showSession } from './session/show.ts';
import { snapshotSession } from './session/snapshot.ts';
import { compareUnsaved, discardUnsaved, mergeUnsaved, recoverUnsaved, showUnsaved } from './session/unsaved.ts';
import { compareCopiedFile } from './snapshot/compare-file.ts';
import { createSnapshot } from './snapshot/create.ts';
import { deleteSnapshots } from './snapshot/delete.ts';
import { diffWithNow, diffWithOther } from './snapshot/diff.ts';
import { editSnapshot } from './snapshot/edit.ts';
import { listFiles } from './snapshot/files.ts';
import { openFile } from './snapshot/open.ts';
import { openSnapshotFolder } from './snapshot/open-folder.ts';
import { setPinned } from './snapshot/pin.ts';
import { restoreSnapshot, restoreSnapshotTo } from './snapshot/restore.ts';
import { showSnapshot } from './snapshot/show.ts';
import { showStatus } from './status/show.ts';
import { pruneVault } from './vault/prune.ts';
import { repairVault } from './vault/repair.ts';
import { verifyVault } from './vault/verify.ts';

/** One entry per id of the manifest: forgetting one does not compile. */
export const commands: Record<CommandId, Command> = {
  'holdfast.root.show': showRoot,
  'holdfast.root.init': initRoot,
  'holdfast.root.select': selectRoot,
  'holdfast.root.reveal': revealRoot,
  'holdfast.profile.select': selectProfile,
  'holdfast.status.show': showStatus,
  'holdfast.migrate.plan': planMigration,
  'holdfast.migrate.planFrom': planMigrationFrom,
  'holdfast.migrate.planAgain': planAgain,
  'holdfast.migrate.compare': comparePlan,
  'holdfast.migrate.open': openPlanItem,
  'holdfast.migrate.keepMine': decide('keep-target'),
  'holdfast.migrate.takeLegacy': decide('keep-source'),
  'holdfast.migrate.keepBoth': decide('keep-both'),
  'holdfast.migrate.keepNewer': decide('keep-newer'),
  'holdfast.migrate.decideLater': decide(undefined),
  'holdfast.migrate.discard': discardPreview,
  'holdfast.migrate.apply': applyMigration,
  'holdfast.migrate.list': listMigrations,
  'holdfast.migrate.show': showMigration,
  'holdfast.migrate.undo': undoMigration,
  'holdfast.snapshot.create': createSnapshot,
  'holdfast.snapshot.list': focusView('holdfast.snapshots'),
  'holdfast.snapshot.show': showSnapshot,
  'holdfast.snapshot.files': listFiles,
  'holdfast.snapshot.open': openFile,
  'holdfast.snapshot.diff': diffWithNow,
  'holdfast.snapshot.diffWith': diffWithOther,
  'holdfast.snapshot.openFolder': openSnapshotFolder,
  'holdfast.snapshot.compareFile': compareCopiedFile,
  'holdfast.snapshot.restore': restoreSnapshot,
  'holdfast.snapshot.restoreTo': restoreSnapshotTo,
  'holdfast.snapshot.delete': deleteSnapshots,
  'holdfast.snapshot.pin': setPinned(true),
  'holdfast.snapshot.unpin': setPinned(false),
  'holdfast.snapshot.edit': editSnapshot,
  'holdfast.snapshot.more': loadMore('snapshots'),
  'holdfast.file.history': showFileHistory,
  'holdfast.session.list': focusView('holdfast.sessions'),
  'holdfast.session.open': openSession,
  'holdfast.session.show': showSession,
  'holdfast.session.more': loadMore('sessions'),
  'holdfast.session.create': createSession,
  'holdfast.session.newFrom': newFromSession,
  'holdfast.session.history': showHistory,
  'holdfast.session.rename': renameSession,
  'holdfast.session.delete': deleteSessions,
  'holdfast.session.snapshot': snapshotSession,
  'holdfast.session.export': exportSession,
  'holdfast.session.import': importSession,
  'holdfast.session.filter': filterSessions,
  'holdfast.session.sort': sortSessions,
  'holdfast.session.resolve': resolveConflict,
  'holdfast.session.recoverable': showUnsaved,
  'holdfast.session.compareUnsaved': compareUnsaved,
  'holdfast.session.recover': recoverUnsaved,
  'holdfast.session.mergeUnsaved': mergeUnsaved,
  'holdfast.session.discard': discardUnsaved,
  'holdfast.backup.create': createBackup,
  'holdfast.backup.list': focusView('holdfast.backups'),
  'holdfast.backup.verify': verifyBackup,
  'holdfast.backup.restore': restoreBackup,
  'holdfast.backup.restoreTo': restoreBackupTo,
  'holdfast.backup.delete': deleteBackups,
  'holdfast.backup.reveal': revealBackup,
  'holdfast.broken.reveal': revealBroken,
  'holdfast.vault.verify': verifyVault,
  'holdfast.vault.prune': pruneVault,
  'holdfast.vault.repair': repairVault,
  'holdfast.audit.show': showAudit,
  'holdfast.log.show': showLog,
  'holdfast.sidecar.restart': restartSidecar,
  'holdfast.view.refresh': refresh,
};
