import type { Migration } from '../../../protocol/migrations.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';

/** The migrations so far. Its result is the list; what is picked is shown. */
export const listMigrations: Command = {
  async run(services, args): Promise<Migration[] | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const migrations = await (await workspace.client()).listMigrations();
    if (migrations.length === 0)
      inBackground(
        services,
        services.prompts.tell('info', texts.noMigrations(), { plan: texts.previewMigration() }).then(async action => {
          if (action) await runCommand('holdfast.migrate.plan', { folder: workspace.folder.uri.toString() });
        }),
      );
    else void runCommand('holdfast.migrate.show', { folder: workspace.folder.uri.toString() });
    return migrations;
  },
};
