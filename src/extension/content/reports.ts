import * as vscode from 'vscode';
import * as z from 'zod';
import type { FileInfo } from '../../protocol/common.ts';
import { Bounded } from '../bounded.ts';
import { schemes } from '../contributions.ts';
import { formatBytes, formatExactTime } from '../format.ts';
import { texts } from '../messages.ts';
import { toUriPath } from './root-path.ts';

const reportsKept = 50;

const Facts = z.object({
  type: z.enum(['file', 'dir', 'link', 'secret']),
  size: z.number(),
  sha256: z.string().optional(),
  mtime: z.string().optional(),
  target: z.string().optional(),
});

/** What is known about a file whose content is no text, a link or a directory, in place of its content. */
export type Facts = z.infer<typeof Facts>;

/**
 * A document that says what a file is. Everything is in the URI, so that it is still there after a reload of the
 * window; `side` keeps both sides of a comparison apart while their paths stay equal.
 */
export function factsUri(side: 'before' | 'after', path: string, facts: Facts): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.report,
    authority: side,
    path: toUriPath(path),
    query: JSON.stringify(facts),
  });
}

export function factsOf(info: FileInfo): Facts {
  const { type, size, sha256, mtime, target, secret } = info;
  if (secret) return { type: 'secret', size };
  return {
    type,
    size,
    mtime,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(target === undefined ? {} : { target }),
  };
}

/** Generated text: results that are too long for a message, and facts about files without text. */
export class Reports implements vscode.TextDocumentContentProvider {
  private readonly kept = new Bounded<string>(reportsKept);
  private count = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    if (uri.authority !== '') return factsText(uri.query);
    return this.kept.get(uri.query) ?? texts.reportGone();
  }

  async show(title: string, lines: string[]): Promise<void> {
    this.count += 1;
    const key = String(this.count);
    this.kept.set(key, `${lines.join('\n')}\n`);
    const name = title.replaceAll(/[\\/:]/g, '-');
    const uri = vscode.Uri.from({ scheme: schemes.report, path: `/${name}.md`, query: key });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

function factsText(query: string): string {
  const facts = Facts.safeParse(JSON.parse(query)).data;
  if (!facts) return texts.reportGone();
  const language = vscode.env.language;
  if (facts.type === 'dir') return `${texts.emptyDirectory()}\n`;
  if (facts.type === 'link') return `${texts.linkTo(facts.target ?? '')}\n`;
  if (facts.type === 'secret') {
    const size = facts.size > 0 ? [texts.sizeIs(formatBytes(facts.size, language), facts.size)] : [];
    return [texts.secretNotShown(), ...size, ''].join('\n');
  }
  return [
    texts.notShownAsText(),
    texts.sizeIs(formatBytes(facts.size, language), facts.size),
    ...(facts.sha256 === undefined ? [] : [`SHA-256: ${facts.sha256}`]),
    ...(facts.mtime === undefined ? [] : [texts.modifiedAt(formatExactTime(facts.mtime, language))]),
    '',
  ].join('\n');
}
