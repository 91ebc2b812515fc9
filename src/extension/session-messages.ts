import * as vscode from 'vscode';
import type { VersionAction } from '../protocol/sessions.ts';

const t = vscode.l10n.t;

/** What Holdfast says about sessions: their versions, unsaved edits and conflicts. */
export const sessions = {
  compare: () => t('Compare'),
  discard: () => t('Discard'),
  history: () => t('Show History'),
  merge: () => t('Merge'),
  overwrite: () => t('Overwrite'),
  recover: () => t('Recover'),
  recoverOver: () => t('Recover Over It'),
  resolveConflict: () => t('Resolve Conflict'),
  revertToSaved: () => t('Revert to Saved'),
  openSaved: () => t('Open What Is Saved'),

  saveStateName: () => t('Session'),
  saveState: (state: 'unsaved' | 'conflict') => ({ unsaved: t('Unsaved'), conflict: t('Conflict') })[state],
  savedAs: (version: number | undefined) => (version === undefined ? t('Saved') : t('Saved (v{0})', version)),
  autosavedAt: (time: string) => t('Autosaved {0}', time),
  saveStateDetail: (state: 'saved' | 'unsaved' | 'autosaved' | 'conflict') =>
    ({
      saved: t('Everything is saved. Choose this to see the versions.'),
      unsaved: t('What was typed is on its way to the recovery buffer.'),
      autosaved: t('Not saved yet. What was typed is in the recovery buffer and survives a crash.'),
      conflict: t('The session was changed elsewhere since these edits began. Choose this to compare or merge.'),
    })[state],

  versionName: (version: number) => t('version {0}', version),
  versionAction: (action: VersionAction, from: number | null) =>
    ({
      create: t('created'),
      update: t('saved'),
      capture: t('written by another program'),
      revert: t('back to version {0}', from ?? 0),
      merge: t('merged'),
      recover: t('recovered'),
      delete: t('deleted'),
      undelete: t('brought back'),
      import: t('imported'),
    })[action],
  historyOf: (name: string) => t('Versions of “{0}”', name),
  versionWhat: (name: string, version: number) => t('“{0}”, version {1}', name, version),
  compareWithNow: () => t('Compare with Now'),
  openVersion: () => t('Open'),
  revertToVersion: () => t('Make It the Current Version'),
  reverted: (name: string, from: number, version: number) =>
    t('“{0}” is as in version {1} again, as version {2}.', name, from, version),
  sameAsNow: (version: number) => t('Version {0} is what is there now.', version),

  legacyNoSnapshot: () => t('The session lies in a legacy place; snapshots are of the root.'),

  newSession: () => t('New Session'),
  fromNothing: () => t('Empty'),
  fromFile: () => t('From a File…'),
  fromSession: () => t('From Another Session…'),
  fromFileTitle: () => t('Begin With Which File?'),
  fromWhichSession: () => t('Begin With Which Session?'),
  useFile: () => t('Use File'),
  sessionTitle: () => t('Title of the session'),
  copyOf: (name: string) => t('{0} (copy)', name),
  sessionDescription: () => t('Description of the session'),

  deleted: (name: string) => t('Session “{0}” deleted. Its versions are kept.', name),
  broughtBack: (name: string) => t('Session “{0}” is back.', name),

  exportTitle: () => t('Export the Session to Which File?'),
  exportHere: () => t('Export'),
  exporting: () => t('Exporting the session'),
  exported: (name: string, versions: number) =>
    versions === 1
      ? t('Session “{0}” exported with its version.', name)
      : t('Session “{0}” exported with its {1} versions.', name, versions),
  importTitle: () => t('Import Which Session?'),
  importFile: () => t('Import'),
  importing: () => t('Importing the session'),
  imported: (name: string) => t('Session “{0}” imported.', name),
  hereAlready: (name: string) => t('Session “{0}” is here already; nothing was changed.', name),
  importAsNew: () => t('Import as New Session'),
  importAsNewDetail: () => t('It can become a session of its own, with its versions, beside what is there.'),

  sessionGroup: (group: 'root' | 'legacy' | 'broken') =>
    ({ root: t('In the Root'), legacy: t('Legacy'), broken: t('Broken') })[group],
  unsavedGroup: () => t('Unsaved'),
  typedAt: (time: string) => t('typed {0}', time),
  typedOver: (base: number, version: number) =>
    base === version ? t('over version {0}', base) : t('over version {0}, now version {1}', base, version),
  unsavedTitle: () => t('Unsaved edits from before'),
  unsavedHint: () => t('They were typed and not saved. Choose one to compare, recover, merge or discard it.'),
  unsavedOf: (name: string) => t('Unsaved edits of “{0}”', name),
  compareDetail: () => t('What is saved on the left, what was typed on the right.'),
  recoverDetail: () => t('What was typed becomes the next version.'),
  mergeDetail: () => t('What was typed and what was saved since come together in the next version.'),
  discardDetail: () => t('What was typed is given up.'),
  discardQuestion: (name: string) => t('Discard the unsaved edits of “{0}”?', name),
  recovered: (name: string, version: number) => t('“{0}” recovered as version {1}.', name, version),
  noUnsaved: () => t('There are no unsaved edits from before.'),
  wentOn: (name: string, base: number, version: number) =>
    t('“{0}” went on: the edits were typed over version {1}, and it is at version {2} now.', name, base, version),
  wentOnDetail: () => t('Every version stays in the history.'),
  savedAndTyped: (name: string) => t('{0}: saved ↔ unsaved', name),

  changedElsewhere: (name: string) => t('“{0}” was changed elsewhere since your edits began.', name),
  notMerged: (name: string, places: string) =>
    t('“{0}” could not be merged: both sides changed {1}. Compare, and take over by hand what is right.', name, places),
  wholeFile: () => t('the same lines'),
  mergedInto: (name: string) => t('“{0}” merged and saved.', name),
  notInConflict: () => t('No session in conflict is being edited.'),
  tooLargeForBuffers: (size: string) =>
    t('This session is large ({0}): edits are not written to a recovery buffer before they are saved.', size),

  filterTitle: () => t('Show sessions that contain'),
  filterHint: () => t('In title, description, owner or id. Empty: all sessions'),
  filteredBy: (text: string) => t('“{0}”', text),
  sortTitle: () => t('Sort sessions by'),
  sortName: (sort: 'updatedAt' | 'createdAt' | 'title' | 'bytes') =>
    ({ updatedAt: t('Last Change'), createdAt: t('Creation'), title: t('Title'), bytes: t('Size') })[sort],
  whichFile: (name: string) => t('Which file of “{0}”?', name),
  noSuchFile: (file: string) => t('The session has no file {0}.', file),
  emptySession: (name: string) => t('The session “{0}” has no files.', name),
};
