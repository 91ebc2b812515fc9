import * as vscode from 'vscode';
import type { LogEntry } from '../../../protocol/log.ts';
import { formatExactTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

/** The audit trail: who did what to the root, newest first. */
export const showAudit: Command = {
  async run(services, args): Promise<LogEntry[] | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const entries = await (await workspace.client()).log({ limit: 100 });
    const line = ({ at, actor, action, target }: LogEntry) =>
      `- ${formatExactTime(at, vscode.env.language)}: **${action}** ${target} (${actor})`;
    await services.reports.show(texts.auditTrail(), [`# ${texts.auditTrail()}`, '', ...entries.map(line), '']);
    return entries;
  },
};
