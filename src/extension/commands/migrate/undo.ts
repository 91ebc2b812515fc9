import * as vscode from 'vscode';
import type { UndoResult } from '../../../protocol/migrations.ts';
import { formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import type { Command } from '../command.ts';
import { chooseMigration } from './choose-migration.ts';

/** Puts the root back as it was before a migration; refused when that would lose later edits. */
export const undoMigration: Command = {
  async run(services, args): Promise<UndoResult | undefined> {
    const chosen = await chooseMigration(services, args, texts.undoWhich(), migration => migration.status !== 'undone');
    if (!chosen) return undefined;
    const { workspace, migration } = chosen;
    const question = {
      message: texts.undoQuestion(formatTime(migration.createdAt, vscode.env.language)),
      detail: texts.undoDetail(texts.files(migration.files), workspace.root?.root ?? ''),
    };
    if ((await services.prompts.confirm(question, { undo: texts.undo() })) !== 'undo') return undefined;
    const client = await workspace.client();
    const result = await withWork(texts.undoing(), work => client.undoMigration(migration.id, work));
    // What was planned before does not fit what is there now.
    services.plans.end(workspace);
    await workspace.refresh('root');
    void services.prompts.tell('info', texts.migrationUndone(result.removed, result.restored));
    return result;
  },
};
