import type { FileInfo } from '../protocol/common.ts';
import type { Diff, Snapshot, SnapshotList } from '../protocol/snapshots.ts';
import {
  ago,
  bytes,
  clock,
  count,
  duration,
  facts,
  modeText,
  nextPageLines,
  number,
  omissionLines,
  type Style,
  shortId,
  table,
} from './format.ts';
import { printable } from './printable.ts';

const reasons: Record<Snapshot['reason'], string> = {
  manual: '',
  'before-restore': 'before a restore',
  'before-migrate': 'before a migration',
  'before-undo': 'before an undo',
  'before-cleanup': 'before a cleanup',
  scheduled: 'scheduled',
  import: 'imported',
};

/** The snapshot in the middle of a sentence: `snapshot "Before" abcd1234`. */
export function snapshotName({ id, title }: Pick<Snapshot, 'id' | 'title'>): string {
  return `snapshot ${title === '' ? '' : `"${printable(title)}" `}${shortId(id)}`;
}

function titleText(style: Style, { title, reason }: Snapshot): string {
  return title === '' ? style.dim(reasons[reason] || 'untitled') : printable(title);
}

function scopeText({ paths, areas, legacy }: Snapshot['scope']): string {
  if (legacy) return 'the legacy state, outside the root';
  const parts = [...areas.map(area => `area ${area}`), ...paths];
  return parts.length === 0 ? 'the whole root' : parts.map(printable).join(', ');
}

/** What a comparison with the root as it is now was restricted to. */
export function comparedText(scope: Snapshot['scope']): string {
  return `only ${scopeText(scope)}, which is all that this snapshot covers`;
}

export function createdLines(style: Style, snapshot: Snapshot): string[] {
  const { files, newBytes, storedBytes, durationMs } = snapshot;
  return [
    `Created ${snapshotName(snapshot)}${snapshot.pinned ? ', pinned' : ''}: ${count(files, 'file')}, ${bytes(snapshot.bytes)} ` +
      `(${bytes(newBytes)} new, ${bytes(storedBytes)} stored) in ${duration(durationMs)}.`,
    style.dim(`id ${snapshot.id}`),
  ];
}

export function brokenLines(style: Style, noun: string, broken: SnapshotList['broken']): string[] {
  return omissionLines(
    style,
    `${noun} that cannot be read`,
    broken.map(({ path, reason }) => ({ path, reason })),
  );
}

/** @param isChosen whether only some were asked for: then others may be there */
export function snapshotListLines(style: Style, list: SnapshotList, isChosen: boolean): string[] {
  const rows = list.snapshots.map(snapshot => [
    style.accent(shortId(snapshot.id)),
    ago(snapshot.createdAt),
    titleText(style, snapshot),
    number(snapshot.files),
    bytes(snapshot.bytes),
    snapshot.tags.map(printable).join(', '),
    [snapshot.pinned ? 'pinned' : '', snapshot.skipped.length > 0 ? style.warn('incomplete') : '']
      .filter(Boolean)
      .join(' '),
  ]);
  if (rows.length === 0 && list.broken.length === 0) {
    if (list.total > 0) return ['No more snapshots.'];
    return [isChosen ? 'No snapshot fits.' : 'No snapshots. Take one with: holdfast snapshot create'];
  }
  return [
    ...(rows.length === 0 ? [] : table(style, ['id', 'created', 'title', '>files', '>size', 'tags', ''], rows)),
    ...nextPageLines(style, rows.length, list),
    ...brokenLines(style, 'Snapshots', list.broken),
  ];
}

export function snapshotLines(style: Style, snapshot: Snapshot): string[] {
  return [
    ...facts(style, [
      ['Snapshot', style.bold(snapshot.id)],
      ['Title', titleText(style, snapshot)],
      snapshot.description === '' ? undefined : ['About', printable(snapshot.description)],
      snapshot.tags.length === 0 ? undefined : ['Tags', snapshot.tags.map(printable).join(', ')],
      ['Created', `${clock(snapshot.createdAt)} UTC, ${ago(snapshot.createdAt)}, on ${printable(snapshot.host)}`],
      ['Covers', scopeText(snapshot.scope)],
      [
        'Content',
        `${count(snapshot.files, 'file')}, ${bytes(snapshot.bytes)} (${bytes(snapshot.newBytes)} new, ${bytes(snapshot.storedBytes)} stored)`,
      ],
      ['Tree', style.dim(snapshot.tree)],
      snapshot.parent === null ? undefined : ['Parent', style.dim(snapshot.parent)],
      ['Pinned', snapshot.pinned ? 'yes' : 'no'],
    ]),
    ...omissionLines(style, 'Left out', snapshot.skipped),
  ];
}

export function fileLines(style: Style, files: readonly FileInfo[]): string[] {
  const rows = files.map(file => [
    style.dim(modeText(file.type, file.mode)),
    file.type === 'file' ? number(file.size) : '',
    style.dim(clock(file.mtime)),
    `${printable(file.path)}${file.type === 'dir' ? '/' : ''}${file.target === undefined ? '' : style.dim(` → ${printable(file.target)}`)}${file.sameAs === undefined ? '' : style.dim(` = ${printable(file.sameAs)}`)}`,
  ]);
  return rows.length === 0 ? ['No files.'] : table(style, ['', '>', '', ''], rows);
}

function changeText(before: FileInfo, after: FileInfo): string {
  if (before.type !== after.type) return `${before.type} → ${after.type}`;
  const parts = [];
  if (before.sha256 !== after.sha256) {
    parts.push(
      before.size === after.size ? `content, ${bytes(after.size)}` : `${bytes(before.size)} → ${bytes(after.size)}`,
    );
  }
  if (before.target !== after.target) parts.push(`link to ${printable(after.target ?? '')}`);
  if (before.sameAs !== after.sameAs)
    parts.push(after.sameAs === undefined ? 'a file of its own' : `one file with ${printable(after.sameAs)}`);
  if (before.mode !== after.mode)
    parts.push(`mode ${(before.mode & 0o7777).toString(8)} → ${(after.mode & 0o7777).toString(8)}`);
  if (parts.length === 0) parts.push('time');
  return parts.join(', ');
}

/** What two states of some files differ in, one path a line. */
export function changedFileLines(style: Style, diff: Pick<Diff, 'added' | 'removed' | 'modified'>): string[] {
  const name = ({ path, type }: FileInfo) => `${printable(path)}${type === 'dir' ? '/' : ''}`;
  const size = (file: FileInfo) => (file.type === 'file' ? style.dim(`  ${bytes(file.size)}`) : '');
  const lines = [
    ...diff.added.map(file => ({ path: file.path, line: `${style.good(`+ ${name(file)}`)}${size(file)}` })),
    ...diff.removed.map(file => ({ path: file.path, line: `${style.bad(`- ${name(file)}`)}${size(file)}` })),
    ...diff.modified.map(({ path, before, after }) => ({
      path,
      line: `${style.warn(`M ${name(after)}`)}${style.dim(`  ${changeText(before, after)}`)}`,
    })),
  ].sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
  return lines.map(({ line }) => line);
}

export function diffLines(style: Style, diff: Diff): string[] {
  const { added, removed, modified, unchanged } = diff;
  return [
    ...changedFileLines(style, diff),
    style.dim(
      `From ${shortId(diff.a)} to ${diff.b === null ? 'the root as it is now' : shortId(diff.b)}: ${number(added.length)} added, ` +
        `${number(removed.length)} removed, ${number(modified.length)} modified, ${number(unchanged)} unchanged.`,
    ),
    ...(diff.scope ? [`Compared: ${comparedText(diff.scope)}.`] : []),
  ];
}
