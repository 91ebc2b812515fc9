import * as vscode from 'vscode';
import type { Migration } from '../../../protocol/migrations.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { formatBytes, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace, given } from '../choose.ts';

export interface ChosenMigration {
  readonly workspace: Workspace;
  readonly migration: Migration;
}

/** @throws USAGE when nothing fits */
export async function chooseMigration(
  services: Services,
  args: readonly unknown[],
  title: string,
  fits: (migration: Migration) => boolean = () => true,
): Promise<ChosenMigration | undefined> {
  const workspace = await chooseWorkspace(services, args);
  if (!workspace) return undefined;
  const all = await (await workspace.client()).listMigrations();
  const { id } = given(args);
  if (id !== undefined) {
    const migration = all.find(one => one.id === id);
    if (!migration) throw new HoldfastError('NOT_FOUND', texts.noSuchMigration(id));
    return { workspace, migration };
  }
  const choices = all.filter(fits).map(migration => ({
    label: formatTime(migration.createdAt, vscode.env.language),
    description: [
      texts.migrationStatus(migration.status),
      texts.files(migration.files),
      formatBytes(migration.bytes, vscode.env.language),
    ].join(' · '),
    detail: texts.profileIs(migration.profile),
    value: migration,
  }));
  if (choices.length === 0) throw new HoldfastError('USAGE', texts.noMigrations());
  const migration = await services.prompts.pick(choices, { title });
  return migration && { workspace, migration };
}
