import * as vscode from 'vscode';
import { formatBytes, formatExactTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import { chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { factLines } from '../report-lines.ts';

export const showSession: Command = {
  async run(services, args) {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const { session } = chosen;
    const language = vscode.env.language;
    const title = texts.sessionNamed(session.title);
    await services.reports.show(
      title,
      factLines(title, [
        ['id', session.id],
        [texts.description(), session.description],
        [texts.owner(), session.owner],
        [texts.place(), session.location],
        [texts.legacy(), session.legacy ? texts.yes() : texts.no()],
        [texts.brokenBecause(), session.broken],
        [texts.version(), session.version],
        [texts.size(), formatBytes(session.bytes, language)],
        ['SHA-256', session.contentHash],
        [texts.createdAt(), formatExactTime(session.createdAt, language)],
        [texts.changedAt(), formatExactTime(session.updatedAt, language)],
      ]),
    );
    return session;
  },
};
