import * as vscode from 'vscode';
import { formatBytes, formatExactTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import { chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { factLines, omissionLines } from '../report-lines.ts';
import { coveredBy } from './covered-by.ts';

export const showSnapshot: Command = {
  async run(services, args) {
    const chosen = await chooseSnapshot(services, args, texts.whichSnapshot());
    if (!chosen) return undefined;
    const { snapshot } = chosen;
    const language = vscode.env.language;
    const title = snapshot.title || formatExactTime(snapshot.createdAt, language);
    await services.reports.show(texts.snapshotNamed(title), [
      ...factLines(texts.snapshotNamed(title), [
        ['id', snapshot.id],
        [texts.takenAt(), `${formatExactTime(snapshot.createdAt, language)} (${snapshot.createdAt})`],
        [texts.why(), texts.reason(snapshot.reason) || texts.byHand()],
        [texts.description(), snapshot.description],
        [texts.tags(), snapshot.tags.join(', ')],
        [texts.pinned(), snapshot.pinned ? texts.yes() : texts.no()],
        [texts.covers(), coveredBy(snapshot.scope)],
        [texts.holds(), `${texts.files(snapshot.files)}, ${formatBytes(snapshot.bytes, language)}`],
        [texts.newContent(), formatBytes(snapshot.newBytes, language)],
        [texts.storedContent(), formatBytes(snapshot.storedBytes, language)],
        [texts.host(), snapshot.host],
        [texts.parent(), snapshot.parent],
        [texts.tree(), snapshot.tree],
      ]),
      ...(snapshot.skipped.length > 0 ? omissionLines(texts.leftOut(), snapshot.skipped) : []),
    ]);
    return snapshot;
  },
};
