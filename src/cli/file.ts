import type { Command } from 'commander';
import type { FileHistory } from '../protocol/files.ts';
import { open, type Run } from './call.ts';
import { addNoun, addVerb } from './command.ts';
import { bytes, clock, type Style, shortId, table } from './format.ts';
import { rootPaths } from './input.ts';
import { printable } from './printable.ts';
import { shellWord } from './shell-word.ts';
import { brokenLines } from './snapshot-text.ts';

function historyLines(style: Style, { path, versions, broken }: FileHistory): string[] {
  const rows = versions.map(version => [
    style.accent(shortId(version.snapshot)),
    clock(version.createdAt),
    bytes(version.size),
    style.dim(version.sha256.slice(0, 12)),
    [
      version.target === undefined ? '' : `→ ${printable(version.target)}`,
      version.renamedFrom === undefined ? '' : `renamed from ${printable(version.renamedFrom)}`,
      version.renamedTo === undefined ? '' : `renamed to ${printable(version.renamedTo)}`,
      version.deletedIn === undefined ? '' : style.warn(`gone in ${shortId(version.deletedIn)}`),
    ]
      .filter(Boolean)
      .join(', '),
  ]);
  const newest = versions[0];
  return [
    ...(rows.length === 0 ? [] : table(style, ['snapshot', 'first seen', '>size', 'sha256', ''], rows)),
    ...(newest === undefined
      ? []
      : [
          style.dim(
            `Bring one back: holdfast snapshot restore ${shortId(newest.snapshot)} ${path.startsWith('-') ? '-- ' : ''}${shellWord(path)}`,
          ),
        ]),
    ...brokenLines(style, 'Snapshots', broken),
  ];
}

export function addFile(program: Command, run: Run): void {
  const noun = addNoun(program, 'file', 'one file over all snapshots');

  addVerb(noun, 'history <path>', 'every state of a file that a snapshot has, also of one that is gone', [
    ['holdfast file history settings.json', 'The newest first; paths are relative to the root'],
    ['holdfast file history uploads/report.csv --json', 'For a program'],
  ]).action(
    run(async (call, path: string) => {
      const { fileHistory } = await import('../engine/snapshots/file-history.ts');
      const context = await open(call);
      const history = await fileHistory(context, rootPaths(context, [path])[0]!, call.work);
      return {
        kind: 'data',
        json: history,
        text: style => historyLines(style, history),
        ...(history.broken.length > 0 ? { status: 5 } : {}),
      };
    }),
  );
}
