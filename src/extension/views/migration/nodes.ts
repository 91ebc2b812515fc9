import type { PlanItem } from '../../../protocol/migrations.ts';
import type { Preview } from '../../plans.ts';
import type { Workspace } from '../../workspace.ts';

export const planGroups = ['upgrade', 'copy', 'conflict', 'identical', 'omitted', 'warnings'] as const;
export type PlanGroup = (typeof planGroups)[number];

/** A file that a plan leaves out or warns about, and why. */
export interface Note {
  readonly path: string;
  readonly text: string;
}

/** All files with which the same happens, or one stretch of them where they are many. */
export interface PlanGroupNode {
  readonly kind: 'plan-group';
  readonly workspace: Workspace;
  readonly preview: Preview;
  readonly group: PlanGroup;
  readonly stretch?: { readonly start: number; readonly end: number };
}

export interface PlanItemNode {
  readonly kind: 'plan-item';
  readonly workspace: Workspace;
  readonly preview: Preview;
  readonly item: PlanItem;
}

export interface PlanNoteNode {
  readonly kind: 'plan-note';
  readonly workspace: Workspace;
  readonly group: 'omitted' | 'warnings';
  readonly note: Note;
}

export type MigrationNode = PlanGroupNode | PlanItemNode | PlanNoteNode;
