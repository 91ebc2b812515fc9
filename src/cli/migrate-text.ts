import type { z } from 'zod';
import type {
  ApplyResult,
  Migration,
  MigrationDetails,
  MigrationPlan,
  PlanItem,
  UndoResult,
} from '../protocol/migrations.ts';
import { ago, bytes, clock, count, facts, number, omissionLines, type Style, shortId, table } from './format.ts';
import { printable } from './printable.ts';

const groups: readonly [PlanItem['action'], string][] = [
  ['copy', 'Copy'],
  ['upgrade', 'Copy and bring to the current form'],
  ['identical', 'Already in the root, byte for byte'],
  ['conflict', 'In conflict: the root has another file of that name'],
];

function itemLine(style: Style, item: PlanItem): string {
  const notes = [item.schema, item.note].filter(text => text !== undefined).map(printable);
  const note = notes.length === 0 ? '' : style.dim(`  — ${notes.join(', ')}`);
  return `  ${printable(item.source)} → ${printable(item.target)}  ${style.dim(bytes(item.bytes))}${note}`;
}

export function totalsText({ totals }: MigrationPlan): string {
  const { files, copy, upgrade, identical, conflict } = totals;
  return `${count(files, 'file')}, ${bytes(totals.bytes)}: ${number(copy)} to copy, ${number(upgrade)} to upgrade, ${number(identical)} identical, ${number(conflict)} in conflict`;
}

/** A plan, grouped by what would be done. */
export function planLines(style: Style, plan: MigrationPlan): string[] {
  const sections = groups.flatMap(([action, title]) => {
    const items = plan.items.filter(item => item.action === action);
    const sum = items.reduce((total, item) => total + item.bytes, 0);
    const heading = `${title} (${count(items.length, 'file')}, ${bytes(sum)}):`;
    const look = action === 'conflict' ? style.bad : style.bold;
    return items.length === 0 ? [] : [look(heading), ...items.map(item => itemLine(style, item))];
  });
  return [
    ...facts(style, [
      ['Plan', style.bold(plan.planId)],
      ['Profile', printable(plan.profile)],
      ['Into', printable(plan.root)],
    ]),
    ...(sections.length === 0 ? ['Nothing to migrate.'] : ['', ...sections]),
    ...(plan.warnings.length === 0
      ? []
      : [
          style.warn(`Warnings (${number(plan.warnings.length)}):`),
          ...plan.warnings.map(({ path, message }) => `  ${printable(path)}  ${style.dim(`— ${printable(message)}`)}`),
        ]),
    ...(sections.length === 0 ? [] : [`${totalsText(plan)}.`]),
  ];
}

export function applyLines(style: Style, result: ApplyResult): string[] {
  const { copied, upgraded, identical, conflicts, verified, safetySnapshot, migrationId } = result;
  const resolved = conflicts.map(
    ({ source, target, resolution }) =>
      `  ${printable(source)} → ${printable(target)}  ${style.dim(`— ${resolution}`)}`,
  );
  const conflictLines =
    resolved.length === 0 ? [] : [style.warn(`Conflicts (${number(resolved.length)}):`), ...resolved];
  if (result.status === 'nothing-to-do') return ['Nothing to do: everything is in the root already.', ...conflictLines];
  const numbers = `${number(copied)} copied, ${number(upgraded)} upgraded, ${number(identical)} identical`;
  if (result.dryRun) return [`Would migrate: ${numbers}.`, ...conflictLines];
  return [
    `Migrated: ${numbers}; ${count(verified, 'file')} verified. The sources are as they were.`,
    ...conflictLines,
    ...(safetySnapshot === null ? [] : [`What was there before is in the safety snapshot ${safetySnapshot}.`]),
    ...(migrationId === null ? [] : [style.dim(`To undo: holdfast migrate undo ${shortId(migrationId)}`)]),
  ];
}

export function undoLines(style: Style, { migrationId, removed, restored, safetySnapshot }: UndoResult): string[] {
  return [
    `Undone ${shortId(migrationId)}: ${count(removed, 'copy', 'copies')} removed, ${count(restored, 'file')} put back.`,
    ...(safetySnapshot === null
      ? []
      : [
          `What was there before is in the safety snapshot ${safetySnapshot}.`,
          style.dim(`To take this back: holdfast snapshot restore ${safetySnapshot}`),
        ]),
  ];
}

export function migrationListLines(style: Style, migrations: readonly Migration[]): string[] {
  if (migrations.length === 0) return ['No migrations. See what there is to migrate with: holdfast migrate plan'];
  return table(
    style,
    ['id', 'created', 'status', '>files', '>size', 'profile'],
    migrations.map(one => [
      style.accent(shortId(one.id)),
      ago(one.createdAt),
      one.status === 'applying' ? style.warn(one.status) : one.status,
      number(one.files),
      bytes(one.bytes),
      printable(one.profile),
    ]),
  );
}

export function migrationLines(style: Style, migration: z.infer<typeof MigrationDetails>): string[] {
  return [
    ...facts(style, [
      ['Migration', style.bold(migration.id)],
      ['Status', migration.status],
      ['Created', `${clock(migration.createdAt)} UTC, ${ago(migration.createdAt)}`],
      ['Content', `${count(migration.files, 'file')}, ${bytes(migration.bytes)}`],
      migration.safetySnapshot === null ? undefined : ['Safety', `snapshot ${migration.safetySnapshot}`],
    ]),
    ...planLines(style, migration.plan),
    ...omissionLines(style, 'Left out', migration.plan.omitted),
  ];
}
