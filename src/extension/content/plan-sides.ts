import type * as vscode from 'vscode';
import type { MigrationPlan, PlanAction, PlanItem } from '../../protocol/migrations.ts';
import { isText, largestText } from './is-text.ts';
import { type PlanFiles, type PlanSide, planUri } from './plan-files.ts';
import { type Facts, factsUri } from './reports.ts';

/** Which two sides of a file each action compares. `result` is the legacy file as it would be written. */
export const comparedSides: Record<PlanAction, readonly [PlanSide, PlanSide]> = {
  copy: ['nothing', 'source'],
  upgrade: ['source', 'result'],
  conflict: ['target', 'result'],
  identical: ['target', 'source'],
};

export interface Sides {
  /** Undefined: there is nothing on this side. */
  readonly left: vscode.Uri | undefined;
  readonly right: vscode.Uri | undefined;
}

/** The documents of both sides of a planned file; what is not text is shown by what is known about it. */
export async function sidesOf(files: PlanFiles, { planId }: MigrationPlan, item: PlanItem): Promise<Sides> {
  const [leftSide, rightSide] = comparedSides[item.action];
  const [left, right] = await Promise.all([look(files, planId, item, leftSide), look(files, planId, item, rightSide)]);
  const texty = left.text && right.text;
  const uri = (found: Look, side: PlanSide, where: 'before' | 'after') => {
    if (!found.facts) return undefined;
    // The fragment tells whose plan it is, for closing its tabs.
    return texty ? planUri(planId, item, side) : factsUri(where, item.target, found.facts).with({ fragment: planId });
  };
  return { left: uri(left, leftSide, 'before'), right: uri(right, rightSide, 'after') };
}

interface Look {
  readonly text: boolean;
  readonly facts?: Facts;
}

async function look(files: PlanFiles, planId: string, item: PlanItem, side: PlanSide): Promise<Look> {
  if (side === 'nothing') return { text: true };
  const ofSource = side !== 'target';
  // The content of secrets is never shown.
  if (item.secret) return { text: false, facts: { type: 'secret', size: ofSource ? item.bytes : 0 } };
  if (ofSource && item.bytes > largestText) {
    return { text: false, facts: { type: 'file', size: item.bytes, ...digest(item, side) } };
  }
  const bytes = await files.bytes(planId, item.id, side);
  if (!bytes) return { text: true };
  const facts: Facts = { type: 'file', size: bytes.byteLength, ...digest(item, side) };
  return { text: bytes.byteLength <= largestText && isText(bytes), facts };
}

/** The plan knows that of the legacy file only. */
function digest(item: PlanItem, side: PlanSide): { sha256?: string } {
  return side === 'source' ? { sha256: item.sha256 } : {};
}
