import * as vscode from 'vscode';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

/** Deletes what the setting `holdfast.retention` lets go and frees space, after showing what that would be. */
export const pruneVault: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const client = await workspace.client();
    const plan = await withWork(texts.pruning(), work => client.pruneVault({ dryRun: true }, work));
    const gone = plan.snapshots.filter(({ keep }) => !keep);
    const detail = [
      ...gone.slice(0, 10).map(({ title, createdAt }) => `${createdAt.slice(0, 16).replace('T', ' ')}  ${title}`),
      ...(gone.length > 10 ? [texts.andMore(gone.length - 10)] : []),
      '',
      texts.pruneKeeps(plan.snapshots.length - gone.length),
      ...(gone.length > 0 ? [texts.deletedForADay()] : []),
    ].join('\n');
    const question = { message: texts.pruneQuestion(gone.length), detail };
    if ((await services.prompts.confirm(question, { prune: texts.prune() })) !== 'prune') return undefined;
    const result = await withWork(texts.pruning(), work => client.pruneVault({}, work));
    await workspace.refresh('snapshots', 'status');
    const freed = formatBytes(Math.max(0, result.bytesReclaimed), vscode.env.language);
    void services.prompts.tell('info', texts.pruned(result.snapshots.filter(({ keep }) => !keep).length, freed));
    return result;
  },
};
