import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { own, readJsonFile } from '../reading/bounded-json.ts';

/** The logs that a state file's offset points into, below `uploads/`. */
const logs: Record<string, string> = {
  'audit_sync.json': 'admin/audit_master.jsonl',
  'reindex_sync.json': 'admin/rag_reindex.jsonl',
};

/** Whether some `.state/<name>.json` points into this file. */
export function hasOffset(uploadsPath: string): boolean {
  return Object.values(logs).includes(uploadsPath);
}

/**
 * What is wrong between a state file and its log. The program continues at the offset; it begins again at 0 only when
 * the log has become shorter, and then sends everything a second time.
 *
 * @param uploads absolute; `undefined` when this start has none
 * @param shown an absolute path as people name it
 */
export function offsetProblem(
  fs: FileCalls,
  state: string,
  uploads: string | undefined,
  shown: (path: string) => string,
): string | undefined {
  const name = state.slice(state.lastIndexOf('/') + 1);
  const log = Object.hasOwn(logs, name) ? logs[name] : undefined;
  const json = readJsonFile(fs, state);
  if (log === undefined || json === undefined || 'kind' in json) return undefined;
  const offset = own(json.value, 'offset');
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return 'It has no usable offset.';
  const named = uploads === undefined ? `uploads/${log}` : shown(`${uploads}/${log}`);
  const both = 'Both are kept as they are.';
  try {
    const end = uploads === undefined ? undefined : sizeAndByte(fs, `${uploads}/${log}`, offset);
    if (end === undefined) {
      return offset === 0 ? undefined : `The log that its offset points into is missing: ${named}.`;
    }
    if (offset > end.size) {
      return `Its offset lies beyond the end of ${named}: the program will send the whole log again. ${both}`;
    }
    if (offset > 0 && end.before !== 0x0a) {
      return `Its offset does not lie at the start of a line of ${named}: rows may be skipped or torn. ${both}`;
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return `The log that its offset points into cannot be read (${code}): ${named}.`;
  }
  return undefined;
}

/** The size of a file and the byte before an offset. */
function sizeAndByte(fs: FileCalls, path: string, offset: number): { size: number; before?: number } | undefined {
  let file: number;
  try {
    if (!fs.statSync(systemPath(path)).isFile()) return undefined;
    file = fs.openSync(systemPath(path), 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const { size } = fs.fstatSync(file);
    const byte = Buffer.alloc(1);
    const read = offset > 0 && offset <= size ? fs.readSync(file, byte, 0, 1, offset - 1) : 0;
    return read === 1 ? { size, before: byte[0]! } : { size };
  } finally {
    fs.closeSync(file);
  }
}
