import type { Command } from 'commander';
import type { Candidate, RootInfo } from '../protocol/root.ts';
import { open, openOptions, type Run } from './call.ts';
import { addNoun, addVerb } from './command.ts';
import { bytes, facts, number, type Style, table } from './format.ts';
import { printable } from './printable.ts';

const marks: Record<Candidate['status'], string> = { chosen: '→', shadowed: '·', unset: ' ', invalid: '✗' };

/** Where a root could come from, in the order that counts, and why each won or lost. */
export function candidateLines(style: Style, candidates: readonly Candidate[]): string[] {
  const look: Record<Candidate['status'], (text: string) => string> = {
    chosen: style.good,
    shadowed: text => text,
    unset: style.dim,
    invalid: style.bad,
  };
  const rows = candidates.map(({ kind, name, value, status, reason }) =>
    [
      `${marks[status]} ${kind}`,
      printable(name),
      value === null ? '' : printable(value),
      status,
      printable(reason),
    ].map(cell => look[status](cell)),
  );
  return [
    style.bold('Where the root could come from (the first usable one wins):'),
    ...table(style, ['', '', '', '', ''], rows),
  ];
}

function rootLines(style: Style, info: RootInfo): string[] {
  const state = [
    info.exists ? 'exists' : style.warn('does not exist yet'),
    info.writable ? 'writable' : style.bad('not writable'),
    info.rootId === null ? 'no vault yet' : `id ${info.rootId}`,
  ];
  const { kind, name, value } = info.source;
  const areas = info.areas.map(area => [
    `  ${printable(area.id)}`,
    printable(area.title),
    number(area.files),
    bytes(area.bytes),
    area.secret ? style.warn('secret') : '',
  ]);
  return [
    ...facts(style, [
      ['Root', style.bold(printable(info.root))],
      ['', state.join(', ')],
      ['Profile', printable(info.profile)],
      ['From', `${kind}: ${printable(name)}${value === null ? '' : ` = ${printable(value)}`}`],
    ]),
    '',
    ...candidateLines(style, info.candidates),
    ...(areas.length === 0 ? [] : ['', style.bold('Areas:'), ...table(style, ['', '', '>files', '>bytes', ''], areas)]),
  ];
}

export function addRoot(program: Command, run: Run): void {
  const noun = addNoun(program, 'root', 'the one directory that holds all state');

  addVerb(noun, 'show', 'show which root was chosen, and why', [
    ['holdfast root show', 'Which root, where it comes from, and what lies in it'],
    ['holdfast root show --workspace ../app --json', 'The same for another folder, for a program'],
  ]).action(
    run(async call => {
      const { showRoot } = await import('../engine/root/show.ts');
      const { ports, options } = await openOptions(call);
      const info = await showRoot(ports, options);
      return { kind: 'data', json: info, text: style => rootLines(style, info) };
    }),
  );

  addVerb(noun, 'init', 'make the root and its vault', [
    ['holdfast root init', 'Make the configured root'],
    ['holdfast root init --root ~/data/app', 'Make a root in another place'],
  ]).action(
    run(async call => {
      const { initRoot } = await import('../engine/root/init.ts');
      const created = await initRoot(await open(call));
      return {
        kind: 'report',
        json: created,
        text: style => [
          `${created.created ? 'Made the root' : 'The root is there already:'} ${style.bold(printable(created.root))}`,
          style.dim(`id ${created.rootId}`),
        ],
      };
    }),
  );
}
