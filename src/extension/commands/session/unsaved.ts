import * as vscode from 'vscode';
import type { Session } from '../../../protocol/sessions.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { sessionUri } from '../../content/session-uri.ts';
import { pathOf, unsavedUris } from '../../content/unsaved-edits.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import type { Choice } from '../../prompts.ts';
import type { Services } from '../../services.ts';
import { type ChosenUnsaved, chooseUnsaved, unsavedOf } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { inBackground, showFailure } from '../failure.ts';
import { openFile } from './open.ts';
import { conflictPlaces } from './places.ts';

type Step = 'compare' | 'recover' | 'merge' | 'discard' | 'open';

/** One list of all unsaved edits that windows left behind; what is chosen is settled, and the list comes again. */
export const showUnsaved: Command = {
  async run(services) {
    const seen = unsavedOf(services).map(({ buffer }) => buffer);
    if (seen.length === 0) void services.prompts.tell('info', texts.noUnsaved());
    for (let left = seen.length; left > 0; left = unsavedOf(services).length) {
      const chosen = await chooseUnsaved(services, []);
      if (!chosen || !(await settle(services, chosen))) break;
    }
    return seen;
  },
};

/** At the start of a window, before anything of Holdfast is opened. Edits that were saved after all are dropped. */
export async function offerAtStart(services: Services): Promise<void> {
  try {
    const { unsaved } = services.sessions;
    await Promise.all(services.workspaces.all.map(workspace => unsaved.refresh(workspace)));
    for (const { workspace, buffer } of unsavedOf(services)) {
      if (buffer.broken !== undefined || !vscode.workspace.isTrusted) continue;
      const client = await workspace.client();
      const [typed, saved] = await Promise.all([
        client.bufferContent(buffer.id),
        client.sessionContent(buffer.session, buffer.file || undefined).catch(() => undefined),
      ]);
      if (saved && Buffer.compare(typed, saved.bytes) === 0) await client.discardBuffer(buffer.id);
    }
    await Promise.all(services.workspaces.all.map(workspace => unsaved.refresh(workspace)));
    if (unsavedOf(services).length > 0) await runCommand('holdfast.session.recoverable');
  } catch (error) {
    showFailure(services, 'unsaved edits', error);
  }
}

/** Asks what to do about one. @returns false when the person leaves it as it is */
export async function settle(services: Services, chosen: ChosenUnsaved, openSaved = false): Promise<Step | undefined> {
  const { title, id, broken } = chosen.buffer;
  const discard = { label: texts.discard(), detail: texts.discardDetail(), icon: 'trash', value: 'discard' } as const;
  const steps: Choice<Step>[] = [
    { label: texts.compare(), detail: texts.compareDetail(), icon: 'diff', value: 'compare' },
    { label: texts.recover(), detail: texts.recoverDetail(), icon: 'save', value: 'recover' },
    { label: texts.merge(), detail: texts.mergeDetail(), icon: 'git-merge', value: 'merge' },
    discard,
    ...(openSaved ? [{ label: texts.openSaved(), icon: 'go-to-file', value: 'open' } as const] : []),
  ];
  const step = await services.prompts.pick(broken === undefined ? steps : [discard], {
    title: texts.unsavedOf(title || id),
    stays: true,
  });
  if (step === 'compare') {
    await compare(chosen);
    return undefined;
  }
  if (step === 'recover') await recover(services, chosen, false);
  if (step === 'merge') await recover(services, chosen, true);
  if (step === 'discard') await discardEdits(services, chosen);
  return step;
}

async function compare({ workspace, buffer }: ChosenUnsaved): Promise<void> {
  const { saved, typed } = unsavedUris(workspace, buffer);
  await vscode.commands.executeCommand('vscode.diff', saved, typed, texts.savedAndTyped(buffer.title));
}

async function recover(services: Services, chosen: ChosenUnsaved, merge: boolean): Promise<Session | undefined> {
  const { workspace, buffer } = chosen;
  const client = await workspace.client();
  let session: Session;
  try {
    session = await client.recoverSession(buffer.id, { bufferId: buffer.id, merge });
  } catch (error) {
    if (merge && HoldfastError.is(error, 'CONFLICT')) return notMerged(services, chosen, error);
    if (!HoldfastError.is(error, 'VERSION_CONFLICT')) throw error;
    const question = {
      message: texts.wentOn(buffer.title, buffer.base, buffer.version),
      detail: texts.wentOnDetail(),
    };
    const actions = { compare: texts.compare(), merge: texts.merge(), over: texts.recoverOver() };
    const answer = await services.prompts.confirm<'compare' | 'merge' | 'over'>(question, actions);
    if (answer === 'compare') await compare(chosen);
    if (answer === 'merge') return recover(services, chosen, true);
    if (answer !== 'over') return undefined;
    const [newest] = (await client.sessionHistory(buffer.session)).versions;
    const expectVersion = newest?.version ?? buffer.version;
    session = await client.recoverSession(buffer.id, { bufferId: buffer.id, expectVersion });
  }
  await changed(services, chosen);
  const tell = services.prompts.tell('info', texts.recovered(session.title, session.version), { open: texts.open() });
  inBackground(
    services,
    tell.then(async action => {
      if (action) await openFile(sessionUri(workspace, session.id, pathOf(buffer)));
    }),
  );
  return session;
}

async function notMerged(services: Services, chosen: ChosenUnsaved, error: HoldfastError): Promise<undefined> {
  const message = texts.notMerged(chosen.buffer.title, conflictPlaces(error));
  const tell = services.prompts.tell('warning', message, { compare: texts.compare() });
  inBackground(
    services,
    tell.then(async action => {
      if (action) await compare(chosen);
    }),
  );
  return undefined;
}

async function discardEdits(services: Services, chosen: ChosenUnsaved): Promise<string[] | undefined> {
  const { workspace, buffer } = chosen;
  const question = { message: texts.discardQuestion(buffer.title || buffer.id), detail: texts.deleteIsFinal() };
  if ((await services.prompts.confirm(question, { discard: texts.discard() })) !== 'discard') return undefined;
  const { discarded } = await (await workspace.client()).discardBuffer(buffer.id);
  await changed(services, chosen);
  return discarded;
}

async function changed(services: Services, { workspace }: ChosenUnsaved): Promise<void> {
  await workspace.refresh('sessions', 'status');
  await services.sessions.unsaved.refresh(workspace);
}

function onChosen(act: (services: Services, chosen: ChosenUnsaved) => Promise<unknown>): Command {
  return {
    async run(services, args) {
      const chosen = await chooseUnsaved(services, args);
      return chosen && act(services, chosen);
    },
  };
}

export const compareUnsaved = onChosen((_services, chosen) => compare(chosen));
export const recoverUnsaved = onChosen((services, chosen) => recover(services, chosen, false));
export const mergeUnsaved = onChosen((services, chosen) => recover(services, chosen, true));
export const discardUnsaved = onChosen(discardEdits);
