import type { Command } from 'commander';
import type { Status } from '../protocol/root.ts';
import { open, type Run } from './call.ts';
import { addVerb } from './command.ts';
import { ago, bytes, count, facts, number, type Style, shortId } from './format.ts';
import { printable } from './printable.ts';
import { comparedText } from './snapshot-text.ts';

function counted(amount: number, noun: string, latest: string | null): string {
  return `${count(amount, noun)}${latest === null ? '' : `, the latest ${ago(latest)}`}`;
}

function statusLines(style: Style, status: Status): string[] {
  const { legacy, snapshots, sessions, backups, vault, changedSince } = status;
  const changes = changedSince && changedSince.added + changedSince.removed + changedSince.modified;
  return facts(style, [
    ['Root', `${style.bold(printable(status.root))}  ${style.dim(printable(status.profile))}`],
    [
      'Legacy',
      legacy.files === 0
        ? 'nothing outside the root'
        : `${style.warn(`${count(legacy.files, 'file')}, ${bytes(legacy.bytes)}`)} in ${count(legacy.sources, 'place')}; see: holdfast migrate plan`,
    ],
    ['Snapshots', counted(snapshots.count, 'snapshot', snapshots.latest)],
    changedSince === null
      ? undefined
      : [
          'Changes',
          changes === 0
            ? `none since ${shortId(changedSince.snapshot)}`
            : `${number(changedSince.added)} added, ${number(changedSince.removed)} removed, ${number(changedSince.modified)} modified since ${shortId(changedSince.snapshot)}; see: holdfast snapshot diff ${shortId(changedSince.snapshot)}`,
        ],
    changedSince?.scope && ['Compared', comparedText(changedSince.scope)],
    [
      'Sessions',
      `${count(sessions.count, 'session')}${sessions.unsaved === 0 ? '' : `, ${style.warn(`${number(sessions.unsaved)} unsaved`)}`}`,
    ],
    ['Backups', counted(backups.count, 'backup', backups.latest)],
    ['Vault', `${bytes(vault.bytes)}, ${count(vault.objects, 'object')}`],
  ]);
}

export function addStatus(program: Command, run: Run): void {
  addVerb(program, 'status', 'the root, its history and what changed, in a few lines', [
    ['holdfast status', 'How things stand'],
    ['holdfast status --json', 'The same for a program'],
  ]).action(
    run(async call => {
      const { status } = await import('../engine/root/status.ts');
      const found = await status(await open(call), call.work);
      return { kind: 'data', json: found, text: style => statusLines(style, found) };
    }),
  );
}
