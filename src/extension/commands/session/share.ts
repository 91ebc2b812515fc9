import { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseWorkspace } from '../choose.ts';
import { chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { chooseFile, openFile } from './open.ts';

const extension = 'holdfast';
const filters = { Holdfast: [extension] };

/** Writes a session with all its versions into one file. */
export const exportSession: Command = {
  async run(services, args) {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const { workspace, session } = chosen;
    const name = `${session.title.replace(/[^\p{L}\p{N}. _-]+/gu, '_')}.${extension}`;
    const to = await services.prompts.save({ title: texts.exportTitle(), label: texts.exportHere(), name, filters });
    if (!to) return undefined;
    const client = await workspace.client();
    const result = await withWork(texts.exporting(), work =>
      client.exportSession(session.id, { file: to.fsPath }, work),
    );
    void services.prompts.tell('info', texts.exported(session.title, result.versions));
    return result;
  },
};

/** Takes a session out of such a file; where another one lies, as a new one if that is wanted. */
export const importSession: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const from = await services.prompts.files({ title: texts.importTitle(), label: texts.importFile(), filters });
    if (!from) return undefined;
    const client = await workspace.client();
    const take = (asNew: boolean) =>
      withWork(texts.importing(), work => client.importSession({ file: from.fsPath, asNew }, work));
    let result: Awaited<ReturnType<typeof take>>;
    try {
      result = await take(false);
    } catch (error) {
      if (!HoldfastError.is(error, 'CONFLICT')) throw error;
      const question = { message: error.message, detail: texts.importAsNewDetail() };
      if (!(await services.prompts.confirm(question, { asNew: texts.importAsNew() }))) return undefined;
      result = await take(true);
    }
    await workspace.refresh('sessions', 'status');
    const { session, imported } = result;
    void services.prompts.tell('info', imported ? texts.imported(session.title) : texts.hereAlready(session.title));
    const uri = await chooseFile(services, workspace, session);
    if (uri) await openFile(uri);
    return result;
  },
};
