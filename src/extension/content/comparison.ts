import * as vscode from 'vscode';
import { texts } from '../messages.ts';
import type { Prompts } from '../prompts.ts';

/** One file of a comparison. Without `left` it is new, without `right` it is gone. */
export interface Change {
  /** Shown as the file's name, and opened by its link. */
  readonly label: vscode.Uri;
  readonly path: string;
  readonly left?: vscode.Uri;
  readonly right?: vscode.Uri;
}

/** Something that differs, before it is known how to show it. */
export interface Candidate {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'modified';
  resolve(): Promise<Change>;
}

/** Above this many files the editor gets slow: a list comes first. */
export const mostAtOnce = 200;

/** Opens VS Code's multi-file diff. Returns how many files it shows; 0 when the person chose none. */
export async function openComparison(
  prompts: Prompts,
  title: string,
  candidates: readonly Candidate[],
): Promise<number> {
  const chosen = candidates.length > mostAtOnce ? await choose(prompts, title, candidates) : candidates;
  if (chosen.length === 0) return 0;
  const changes = await Promise.all(chosen.map(candidate => candidate.resolve()));
  await vscode.commands.executeCommand(
    'vscode.changes',
    title,
    changes.map(({ label, left, right }) => [label, left, right]),
  );
  return changes.length;
}

async function choose(
  prompts: Prompts,
  title: string,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const kinds = { added: texts.added(), removed: texts.removed(), modified: texts.modified() };
  const choices = candidates.map(candidate => ({
    label: candidate.path,
    description: kinds[candidate.kind],
    value: candidate,
  }));
  const picked = await prompts.pickMany(choices, {
    title,
    placeholder: texts.manyChanges(candidates.length, mostAtOnce),
  });
  return picked ?? [];
}
