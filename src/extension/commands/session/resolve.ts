import * as vscode from 'vscode';
import { HoldfastError } from '../../../sidecar/client.ts';
import { documentOf } from '../../content/session-files.ts';
import { digestOf } from '../../content/session-reads.ts';
import { sessionAddress, sessionUri } from '../../content/session-uri.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { conflictPlaces } from './places.ts';

type Step = 'compare' | 'merge' | 'overwrite' | 'revert';

const steps = (): Record<Step, string> => ({
  compare: texts.compare(),
  merge: texts.merge(),
  overwrite: texts.overwrite(),
  revert: texts.revertToSaved(),
});

/** Settles the conflict of the active editor, or of the first document that has one. */
export const resolveConflict: Command = {
  async run(services): Promise<Step | undefined> {
    const { conflicts } = services.sessions;
    const active = vscode.window.activeTextEditor?.document;
    const all = [...(active ? [active] : []), ...vscode.workspace.textDocuments];
    const document = all.find(({ uri }) => conflicts.has(uri));
    if (!document) throw new HoldfastError('USAGE', texts.notInConflict());
    const choices = Object.entries(steps()).map(([value, label]) => ({ label, value: value as Step }));
    const title = texts.changedElsewhere(nameOf(document.uri));
    const step = await services.prompts.pick(choices, { title });
    await take(services, document.uri, step);
    return step;
  },
};

/** Asks as soon as a conflict comes up: what was typed stays, and stays unsaved, until it is answered. */
export function offerOnConflict(services: Services): vscode.Disposable {
  return services.sessions.conflicts.onDidRaise(uri => {
    const told = services.prompts.tell('warning', texts.changedElsewhere(nameOf(uri)), steps());
    inBackground(
      services,
      told.then(step => take(services, uri, step)),
    );
  });
}

function nameOf(uri: vscode.Uri): string {
  const { path } = sessionAddress(uri);
  return path.slice(path.lastIndexOf('/') + 1);
}

async function take(services: Services, uri: vscode.Uri, step: Step | undefined): Promise<void> {
  const document = documentOf(uri);
  if (!document || step === undefined) return;
  const { files, reads } = services.sessions;
  const { workspace, client, session, file } = await files.locate(uri);
  const now = await client.sessionContent(session.id, file);
  const seen = { etag: now.etag, digest: digestOf(now.bytes) };
  switch (step) {
    case 'compare': {
      const { id, path } = sessionAddress(uri);
      const saved = sessionUri(workspace, id, path, { kind: 'saved', of: seen.digest.slice(0, 16) });
      await vscode.commands.executeCommand('vscode.diff', saved, uri, texts.savedAndTyped(nameOf(uri)));
      return;
    }
    case 'overwrite':
      await files.replace(uri, seen, () => document.save());
      return;
    case 'revert':
      await become(services, document, now.bytes, seen);
      return;
    case 'merge':
      try {
        const typed = Buffer.from(document.getText());
        const base = reads.version(uri) ?? session.version;
        await client.mergeSession(session.id, typed, { base, ...(file === undefined ? {} : { file }) });
      } catch (error) {
        if (!HoldfastError.is(error, 'CONFLICT')) throw error;
        const message = texts.notMerged(nameOf(uri), conflictPlaces(error));
        const answer = await services.prompts.tell('warning', message, { compare: texts.compare() });
        await take(services, uri, answer);
        return;
      }
      {
        const merged = await client.sessionContent(session.id, file);
        await become(services, document, merged.bytes, { etag: merged.etag, digest: digestOf(merged.bytes) });
        void services.prompts.tell('info', texts.mergedInto(session.title));
      }
  }
}

/** Makes a document what is saved. Saving it then is no change, so it makes no version; undo brings back what was typed. */
async function become(
  services: Services,
  document: vscode.TextDocument,
  bytes: Uint8Array,
  seen: { etag: string; digest: string },
): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, document.validateRange(all), new TextDecoder().decode(bytes));
  await vscode.workspace.applyEdit(edit);
  await services.sessions.files.replace(document.uri, seen, () => document.save());
}
