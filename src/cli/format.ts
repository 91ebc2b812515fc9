import { stripVTControlCharacters, styleText } from 'node:util';
import type { Omission } from '../protocol/common.ts';
import { printable } from './printable.ts';

/** The few looks that text has; all of them leave the text as it is when colours are off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  accent(text: string): string;
}

type Look = Parameters<typeof styleText>[0];

/**
 * @param enabled decided by the caller: `styleText` itself would look at the wrong stream when both are in use
 */
export function makeStyle(enabled: boolean): Style {
  const look = (format: Look) => (text: string) =>
    enabled ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: look('bold'),
    dim: look('dim'),
    good: look('green'),
    warn: look('yellow'),
    bad: look('red'),
    accent: look('cyan'),
  };
}

/** `NO_COLOR` (no-color.org) and `--no-color` win, then `FORCE_COLOR`, then whether it is a terminal that can. */
export function colourWanted(
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined>,
  allowed: boolean,
): boolean {
  if (!allowed || env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** `1536` is `1.5 KiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = count;
  let unit = 0;
  // What would be shown as 1024 is one of the next unit.
  while (value >= (unit === 0 ? 1024 : 1023.5) && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${count} B` : `${value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** `1234567` is `1,234,567`. */
export function number(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `2 files`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${number(amount)} ${amount === 1 ? noun : plural}`;
}

/** How long ago, in the largest unit that fits; the date once that says more. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (!Number.isFinite(seconds)) return printable(time);
  if (seconds < -60 || seconds >= 30 * 86_400) return time.slice(0, 10);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${count(Math.floor(seconds / 60), 'minute')} ago`;
  if (seconds < 86_400) return `${count(Math.floor(seconds / 3600), 'hour')} ago`;
  return `${count(Math.floor(seconds / 86_400), 'day')} ago`;
}

/** A time to the second, in UTC, without the letters between. */
export function clock(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

/** Enough of an id to name it again: 8 characters are 40 random bits. */
export function shortId(id: string): string {
  return printable(id.slice(0, 8));
}

/** `-rw-r--r--` as `ls` shows it. */
export function modeText(type: 'file' | 'dir' | 'link', mode: number): string {
  const letters = 'rwxrwxrwx';
  const bits = [...letters].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
  return `${{ file: '-', dir: 'd', link: 'l' }[type]}${bits}`;
}

const wide = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
let graphemes: Intl.Segmenter | undefined;

/** The columns that `text` takes on a terminal. */
export function width(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  graphemes ??= new Intl.Segmenter();
  let columns = 0;
  for (const { segment } of graphemes.segment(plain)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/**
 * Rows in columns, two spaces between them. A column whose name starts with `>` is aligned to the right; without names
 * there is no heading line.
 */
export function table(style: Style, names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const right = names.map(name => name.startsWith('>'));
  const titles = names.map(name => style.dim(name.replace(/^>/, '')));
  const lines = names.some(name => name.replace(/^>/, '') !== '') ? [titles, ...rows] : rows;
  const widths = names.map((_, column) => Math.max(0, ...lines.map(row => width(row[column] ?? ''))));
  return lines.map(row =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
        return right[column] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values under each other: `Root      /srv/app/data`. */
export function facts(style: Style, entries: readonly (readonly [string, string] | undefined)[]): string[] {
  const shown = entries.filter(entry => entry !== undefined);
  const column = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown.map(([name, value]) => `${style.dim(name.padEnd(column))}${value}`);
}

/** What was left out, each with its reason: never shortened (design rule 2). */
export function omissionLines(style: Style, title: string, omissions: readonly Omission[]): string[] {
  if (omissions.length === 0) return [];
  return [
    style.warn(`${title} (${number(omissions.length)}):`),
    ...omissions.map(({ path, reason }) => `  ${printable(path)}  ${style.dim(`— ${printable(reason)}`)}`),
  ];
}

/** What leads from a page of a list to the next one; nothing behind the last. */
export function nextPageLines(
  style: Style,
  shown: number,
  { total, nextCursor }: { total: number; nextCursor: string | null },
): string[] {
  if (nextCursor === null) return [];
  return [style.dim(`${number(shown)} of ${number(total)}; the next ones: --cursor ${printable(nextCursor)}`)];
}
