import type { Session, SessionDiff, SessionHistory, SessionList, VersionAction } from '../protocol/sessions.ts';
import { ago, bytes, clock, facts, nextPageLines, number, type Style, table } from './format.ts';
import { printable } from './printable.ts';
import { changedFileLines } from './snapshot-text.ts';

export function sessionListLines(style: Style, list: SessionList): string[] {
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
  return [
    ...table(style, ['id', 'title', 'updated', '>version', '>size', 'owner', ''], rows),
    ...nextPageLines(style, rows.length, list),
  ];
}

export function sessionLines(style: Style, session: Session): string[] {
  const broken = session.broken;
  return facts(style, [
    ['Session', style.bold(printable(session.id))],
    ['Title', printable(session.title)],
    session.description === '' ? undefined : ['About', printable(session.description)],
    session.owner === '' ? undefined : ['Owner', printable(session.owner)],
    ['Version', `${number(session.version)}${session.uncaptured ? style.warn('  (some program wrote since)') : ''}`],
    ['Updated', `${clock(session.updatedAt)} UTC, ${ago(session.updatedAt)}`],
    ['Created', `${clock(session.createdAt)} UTC`],
    ['Content', `${bytes(session.bytes)}, sha256 ${session.contentHash}`],
    ['Lies in', `${printable(session.location)}${session.legacy ? style.warn('  (legacy: not in the root yet)') : ''}`],
    session.unsaved ? ['Unsaved', style.warn('has unsaved edits')] : undefined,
    broken === undefined ? undefined : ['Broken', style.bad(printable(broken))],
  ]);
}

/** `session "Sales report" k3f9…`: the whole id, since that of an application may be a word. */
export function sessionName({ id, title }: Pick<Session, 'id' | 'title'>): string {
  return `session "${printable(title)}" ${printable(id)}`;
}

const actionText: Record<VersionAction, string> = {
  create: 'created',
  update: 'updated',
  capture: 'written by a program',
  revert: 'reverted to',
  merge: 'merged',
  recover: 'recovered',
  delete: 'deleted',
  undelete: 'brought back',
  import: 'imported',
};

export function historyLines(style: Style, { session, versions }: SessionHistory): string[] {
  if (versions.length === 0) return ['No versions yet: the first change makes one of what is there.'];
  const rows = versions.map(({ version, createdAt, bytes: size, action, from, actor }) => [
    style.accent(number(version)),
    clock(createdAt),
    bytes(size),
    `${actionText[action]}${action === 'revert' && from !== null ? ` ${number(from)}` : ''}`,
    printable(actor),
  ]);
  return [
    ...table(style, ['>version', 'made', '>size', 'how', 'by'], rows),
    ...(session === null ? [style.warn('The session is deleted.')] : []),
    ...(session?.uncaptured ? [style.warn('Some program wrote since; that is no version yet.')] : []),
  ];
}

export function sessionDiffLines(style: Style, diff: SessionDiff): string[] {
  const { a, b, added, removed, modified, unchanged } = diff;
  return [
    ...changedFileLines(style, diff),
    style.dim(
      `From ${a === 0 ? 'nothing' : `version ${number(a)}`} to ${b === null ? 'the session as it is now' : `version ${number(b)}`}: ` +
        `${number(added.length)} added, ${number(removed.length)} removed, ${number(modified.length)} modified, ` +
        `${number(unchanged)} unchanged.`,
    ),
  ];
}
