import type { RestoreResult } from '../protocol/common.ts';
import { bytes, count, number, type Style } from './format.ts';
import type { Answer } from './output.ts';
import { printable } from './printable.ts';
import { shellWord } from './shell-word.ts';

const signs = { create: '+', overwrite: 'M', delete: '-', unchanged: '=', keep: 'k' } as const;

/** What a restore would change or changed, one path a line; what stays as it is only counts. */
export function changeLines(style: Style, changes: RestoreResult['changes']): string[] {
  const look = { create: style.good, overwrite: style.warn, delete: style.bad, unchanged: style.dim, keep: style.dim };
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .map(({ action, path, type }) => {
      const kept = action === 'keep' ? style.dim('  (kept as it is)') : '';
      return `  ${look[action](signs[action])} ${printable(path)}${type === 'dir' ? '/' : ''}${kept}`;
    });
}

/**
 * The result of a restore from `what` (`snapshot "Before" abcd1234`), with the way back.
 *
 * @param undo the command that brings back what was overwritten or deleted
 */
export function restoreAnswer(what: string, result: RestoreResult, undo: (safety: string) => string): Answer {
  const { restored, overwritten, unchanged, kept, deleted, verified, safetySnapshot } = result;
  // `restored` counts what was overwritten too, `unchanged` what was kept.
  const numbers = [
    `${count(restored, 'file')} restored${overwritten === 0 ? '' : ` (${number(overwritten)} overwritten)`}`,
    `${number(unchanged)} unchanged${kept === 0 ? '' : ` (${number(kept)} kept as they are, though different)`}`,
    `${number(deleted.length)} deleted`,
  ].join(', ');
  return {
    kind: result.dryRun ? 'data' : 'report',
    json: result,
    omissions: { title: 'Not restored', list: [...result.failed, ...result.omitted] },
    text: style => {
      const to = style.bold(printable(result.to));
      if (result.dryRun) {
        return [
          `Would restore ${what} to ${to}:`,
          ...changeLines(style, result.changes),
          ...leftAloneLines(result.leftAlone),
          style.dim(`Would be: ${numbers}.`),
        ];
      }
      return [
        `Restored ${what} to ${to}: ${numbers}; ${count(verified, 'file')} verified.`,
        ...deleted.map(path => `  ${style.bad('-')} ${printable(path)}`),
        ...leftAloneLines(result.leftAlone),
        ...(safetySnapshot === null
          ? []
          : [
              `What was there before is in the safety snapshot ${safetySnapshot}.`,
              style.dim(`To undo: ${undo(safetySnapshot)}`),
            ]),
      ];
    },
  };
}

function leftAloneLines(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  return [
    'Left alone, since the snapshot could not tell what was there:',
    ...paths.map(path => `  ${printable(path)}`),
  ];
}

/**
 * The command that takes a restore back: what it added goes again, and nothing else is touched. The safety snapshot of the
 * root holds all of it, so the command names what the restore was about; that of another directory covers nothing else.
 *
 * @param asked the paths that were to be restored, in Holdfast's form; none: all
 */
export function undoCommand(
  safety: string,
  { to, changes }: Pick<RestoreResult, 'to' | 'changes'>,
  root: string,
  asked: readonly string[],
): string {
  const undo = `holdfast snapshot restore ${safety}`;
  if (to !== root) return `${undo} --to ${shellWord(to)} --delete-extra`;
  if (asked.length === 0 || asked.includes('')) return `${undo} --delete-extra`;
  const made = new Set(changes.flatMap(({ path, action }) => (action === 'create' ? [path] : [])));
  const paths = [...new Set(asked.map(path => firstOf(made, path)))];
  const words = paths.map(path => ` ${shellWord(path)}`).join('');
  return `${undo} --delete-extra${paths.some(path => path.startsWith('-')) ? ' --' : ''}${words}`;
}

/** The topmost directory on the way to a path that was made for it, or else the path. */
function firstOf(made: ReadonlySet<string>, path: string): string {
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    if (made.has(path.slice(0, end))) return path.slice(0, end);
  }
  return path;
}

/** The question before a restore that overwrites or deletes; empty when it does neither. */
export function restoreQuestion(what: string, plan: RestoreResult, size: number | undefined): string[] {
  const amount = (action: 'create' | 'overwrite' | 'delete') =>
    plan.changes.filter(change => change.action === action).length;
  if (amount('overwrite') + amount('delete') === 0) return [];
  return [
    `Restore ${what} to ${printable(plan.to)}: ${number(amount('create'))} new, ${number(amount('overwrite'))} overwritten, ` +
      `${number(amount('delete'))} deleted${size === undefined ? '' : `, ${bytes(size)} to write`}.`,
    'What is overwritten or deleted is kept in a safety snapshot. Go on?',
  ];
}
