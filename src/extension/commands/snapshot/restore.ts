import type { RestoreResult } from '../../../protocol/common.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import { type ChosenSnapshot, chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { restoreWithQuestion } from '../restore-flow.ts';
import { nameOf } from './name.ts';

/** A snapshot, or the chosen files and folders of it, back into the root. */
export const restoreSnapshot: Command = {
  async run(services, args): Promise<RestoreResult | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.restoreWhich());
    return chosen && restore(services, chosen, undefined);
  },
};

/** The same into a folder of the person's choice; the root stays as it is. */
export const restoreSnapshotTo: Command = {
  async run(services, args): Promise<RestoreResult | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.restoreWhich());
    if (!chosen) return undefined;
    const folder = await services.prompts.folder({ title: texts.restoreWhere(), label: texts.restoreHere() });
    return folder && restore(services, chosen, folder.fsPath);
  },
};

async function restore(services: Services, { workspace, snapshot, paths }: ChosenSnapshot, to: string | undefined) {
  const { entries } = await services.contents.tree(snapshot.id);
  const client = await workspace.client();
  const [only] = paths;
  return restoreWithQuestion(services, {
    workspace,
    to,
    name: paths.length === 1 && only !== undefined ? texts.pathOf(only, nameOf(snapshot)) : nameOf(snapshot),
    canDeleteExtra: to === undefined,
    bytesOf: path => entries.get(path)?.size ?? 0,
    restore: (options, work) =>
      client.restoreSnapshot(snapshot.id, { paths, ...options, ...(to === undefined ? {} : { to }) }, work),
    ...(to === undefined
      ? {
          compare: async () =>
            runCommand('holdfast.snapshot.diff', { id: snapshot.id, folder: workspace.folder.uri.toString(), paths }),
        }
      : {}),
  });
}
