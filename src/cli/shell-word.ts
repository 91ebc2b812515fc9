import { printable } from './printable.ts';

/**
 * `text` as one word of a shell, for commands that people may copy. What a terminal must not be shown is escaped in the way
 * that `$'…'` understands.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text.startsWith('~') ? `'${text}'` : text;
  if (printable(text) !== text) return `$'${printable(text.replace(/[\\']/g, '\\$&'))}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
