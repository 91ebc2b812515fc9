import * as vscode from 'vscode';
import { formatBytes, formatExactTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Command } from '../command.ts';
import { factLines, omissionLines } from '../report-lines.ts';
import { chooseMigration } from './choose-migration.ts';

/** What one migration did, file by file. */
export const showMigration: Command = {
  async run(services, args) {
    const chosen = await chooseMigration(services, args, texts.whichMigration());
    if (!chosen) return undefined;
    const details = await (await chosen.workspace.client()).showMigration(chosen.migration.id);
    const language = vscode.env.language;
    const title = texts.migrationOf(formatExactTime(details.createdAt, language));
    await services.reports.show(title, [
      ...factLines(title, [
        ['id', details.id],
        [texts.state(), texts.migrationStatus(details.status)],
        [texts.profile(), details.profile],
        [texts.holds(), `${texts.files(details.files)}, ${formatBytes(details.bytes, language)}`],
        [texts.into(), details.plan.root],
        [texts.safetySnapshot(), details.safetySnapshot],
      ]),
      `# ${texts.filesTitle()}`,
      '',
      ...details.plan.items.map(
        item => `- ${item.action}: \`${item.source}\` → \`${item.target}\`${item.note ? ` (${item.note})` : ''}`,
      ),
      '',
      ...(details.plan.omitted.length > 0 ? omissionLines(texts.leftOut(), details.plan.omitted) : []),
    ]);
    return details;
  },
};
