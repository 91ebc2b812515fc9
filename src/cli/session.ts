import { type Command, Option } from 'commander';
import type { Session, SessionList } from '../protocol/sessions.ts';
import { open, type Run } from './call.ts';
import { addNoun, addVerb, limitOption } from './command.ts';
import { ago, bytes, clock, facts, number, type Style, table } from './format.ts';
import { printable } from './printable.ts';

function listLines(style: Style, list: SessionList): string[] {
  if (list.sessions.length === 0) return [list.total === 0 ? 'No sessions.' : 'No more sessions.'];
  const rows = list.sessions.map(session => [
    style.accent(printable(session.id)),
    printable(session.title),
    ago(session.updatedAt),
    number(session.version),
    bytes(session.bytes),
    printable(session.owner),
    [
      session.legacy ? style.warn('legacy') : '',
      session.unsaved ? style.warn('unsaved') : '',
      session.broken === undefined ? '' : style.bad('broken'),
    ]
      .filter(Boolean)
      .join(' '),
  ]);
  const more = list.nextCursor;
  return [
    ...table(style, ['id', 'title', 'updated', '>version', '>size', 'owner', ''], rows),
    ...(more === null
      ? []
      : [style.dim(`${number(rows.length)} of ${number(list.total)}; the next ones: --cursor ${printable(more)}`)]),
  ];
}

function sessionLines(style: Style, session: Session): string[] {
  const broken = session.broken;
  return facts(style, [
    ['Session', style.bold(printable(session.id))],
    ['Title', printable(session.title)],
    session.description === '' ? undefined : ['About', printable(session.description)],
    session.owner === '' ? undefined : ['Owner', printable(session.owner)],
    ['Version', number(session.version)],
    ['Updated', `${clock(session.updatedAt)} UTC, ${ago(session.updatedAt)}`],
    ['Created', `${clock(session.createdAt)} UTC`],
    ['Content', `${bytes(session.bytes)}, sha256 ${session.contentHash}`],
    ['Lies in', `${printable(session.location)}${session.legacy ? style.warn('  (legacy: not in the root yet)') : ''}`],
    session.unsaved ? ['Unsaved', style.warn('has unsaved edits')] : undefined,
    broken === undefined ? undefined : ['Broken', style.bad(printable(broken))],
  ]);
}

export function addSession(program: Command, run: Run): void {
  const noun = addNoun(program, 'session', 'what the application keeps for its users, such as notebooks');

  addVerb(noun, 'list', 'list the sessions', [
    ['holdfast session list', 'The 20 changed last'],
    ['holdfast session list --filter report --limit 5 --json', 'Five whose words contain "report", for a program'],
  ])
    .addOption(limitOption())
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addOption(new Option('--sort <key>', 'order').choices(['updatedAt', 'createdAt', 'title', 'bytes']))
    .option('--desc', 'descending')
    .option('--filter <text>', 'only those whose words contain it')
    .action(
      run(async (call, options: { limit: number; cursor?: string; sort?: string; desc?: boolean; filter?: string }) => {
        const { listSessions } = await import('../engine/sessions/list.ts');
        const list = await listSessions(await open(call), options);
        return { kind: 'data', json: list, text: style => listLines(style, list) };
      }),
    );

  addVerb(noun, 'show <id>', 'show all about one session', [
    ['holdfast session show latest', 'The newest one'],
    ['holdfast session show "Sales report" --json', 'The one with this title, for a program'],
  ]).action(
    run(async (call, id: string) => {
      const { showSession } = await import('../engine/sessions/show.ts');
      const session = await showSession(await open(call), id);
      return { kind: 'data', json: { session }, text: style => sessionLines(style, session) };
    }),
  );
}
