import * as vscode from 'vscode';
import { counted } from './labels.ts';

const t = vscode.l10n.t;

/** What is said of snapshots that are opened as folders, and of the history of one file. */
export const snapshotFolders = {
  openAsFolderWhich: () => t('Open which snapshot as a folder?'),
  openAsFolderWhere: (name: string) => t('Open “{0}” as a read-only folder', name),
  inNewWindow: () => t('In a new window'),
  inNewWindowDetail: () => t('Search looks in the snapshot only.'),
  inThisWindow: () => t('Beside the folders of this window'),
  inThisWindowDetail: () =>
    t('Search looks in both. VS Code keeps the folder in the workspace until you remove it from there.'),
  openingAsFolder: (name: string) => t('Laying out “{0}”', name),
  snapshotFolder: (name: string) => t('Snapshot {0} (read-only)', name),
  notInFolder: (count: number) =>
    counted(
      count,
      t('1 path of the snapshot is not in the folder: what is secret, leads out of it or cannot be placed.'),
      number =>
        t(
          '{0} paths of the snapshot are not in the folder: what is secret, leads out of it or cannot be placed.',
          number,
        ),
    ),
  notAdded: () => t('VS Code did not take the folder into the workspace.'),
  onlySnapshot: () => t('This window shows a snapshot, which has no root.'),
  onlySnapshotHint: () => t('Use this command where the folder of the application is open.'),
  notOfSnapshot: () => t('This is no file of a snapshot that is open as a folder.'),
  notThereNow: (path: string) => t('There is no {0} now.', path),
  fileInSnapshot: (path: string, name: string) => t('{0} (snapshot {1})', path, name),
};

export const fileHistory = {
  historyWhich: () => t('History of which file?'),
  historyWhichHint: () => t('A path in the root, such as notebooks/a.json; also of a file that is gone'),
  historyOfFile: (path: string) => t('History of {0}', path),
  notInRoot: (path: string) => t('This file does not lie in the root: {0}', path),
  notInRootHint: (root: string) => t('Snapshots have what lies in {0}.', root),
  renamedFrom: (path: string) => t('renamed from {0}', path),
  renamedTo: (path: string) => t('renamed to {0}', path),
  goneAfter: () => t('gone in the next snapshot'),
  compareWithBefore: () => t('Compare with the Version Before'),
  restoreThis: () => t('Restore This Version…'),
};
