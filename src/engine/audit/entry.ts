import { createHash } from 'node:crypto';
import { LogEntry } from '../../protocol/log.ts';
import type { RecordKind } from '../record.ts';

export const logKind: RecordKind<LogEntry> = { kind: 'entry', version: 1, schema: LogEntry };

/** The file of the n-th entry, counted from 1. */
export function entryName(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}.json`;
}

/** The number in a file name of the trail; `undefined` for any other file, as one numbered 0. */
export function entrySequence(name: string): number | undefined {
  const digits = /^(\d{12})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits) || undefined;
}

/**
 * The hash that the next entry refers to: SHA-256 of the entry's other fields as JSON with sorted keys and no spaces,
 * as docs/format.md has it. `prev` is among them, so changing one entry changes every hash after it.
 */
export function entryHash(entry: Omit<LogEntry, 'hash'>): string {
  const { at, actor, action, target, details, prev } = entry;
  return createHash('sha256').update(sortedJson({ at, actor, action, target, details, prev })).digest('hex');
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
