import * as vscode from 'vscode';
import type { Status } from '../../../protocol/root.ts';
import { runCommand } from '../../contribute.ts';
import type { CommandId } from '../../contributions.ts';
import { formatBytes, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Choice } from '../../prompts.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { coveredBy } from '../snapshot/covered-by.ts';

/** The numbers at a glance; each line leads to what it counts. */
export const showStatus: Command = {
  async run(services, args): Promise<Status | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const status = await (await workspace.client()).status();
    inBackground(
      services,
      services.prompts
        .pick(lines(status), { title: texts.statusTitle(workspace.name), placeholder: status.root })
        .then(id => {
          if (id) void runCommand(id, { folder: workspace.folder.uri.toString() });
        }),
    );
    return status;
  },
};

function lines(status: Status): Choice<CommandId>[] {
  const language = vscode.env.language;
  const latest = (time: string | null) => (time === null ? undefined : texts.latest(formatTime(time, language)));
  const { legacy, snapshots, sessions, backups, vault, changedSince } = status;
  return [
    { label: texts.rootLine(), description: status.root, icon: 'database', value: 'holdfast.root.show' },
    {
      label: texts.legacyLine(legacy.files),
      description: legacy.files > 0 ? formatBytes(legacy.bytes, language) : undefined,
      icon: 'folder-library',
      value: 'holdfast.migrate.plan',
    },
    {
      label: texts.snapshotsLine(snapshots.count),
      description: latest(snapshots.latest),
      icon: 'history',
      value: 'holdfast.snapshot.list',
    },
    {
      label: changedSince
        ? texts.changedLine(changedSince.added + changedSince.removed + changedSince.modified)
        : texts.noSnapshots(),
      description: changedSince
        ? texts.changesIn(changedSince.added, changedSince.removed, changedSince.modified)
        : undefined,
      detail: changedSince?.scope && texts.comparedOnly(coveredBy(changedSince.scope)),
      icon: 'diff-multiple',
      value: changedSince ? 'holdfast.snapshot.diff' : 'holdfast.snapshot.create',
    },
    {
      label: texts.sessionsLine(sessions.count),
      description: sessions.unsaved > 0 ? texts.unsaved(sessions.unsaved) : undefined,
      icon: 'notebook',
      value: 'holdfast.session.list',
    },
    {
      label: texts.backupsLine(backups.count),
      description: latest(backups.latest),
      icon: 'archive',
      value: 'holdfast.backup.list',
    },
    {
      label: texts.vaultLine(formatBytes(vault.bytes, language)),
      description: texts.objects(vault.objects),
      icon: 'package',
      value: 'holdfast.vault.verify',
    },
  ];
}
