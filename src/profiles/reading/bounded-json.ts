import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { isObject, parseJson } from '../../engine/root/json-text.ts';
import { withoutPythonNumbers } from './python-json.ts';

/** Nested deeper or larger than this, JSON is not parsed: a few bytes can ask for more stack than there is. */
export const deepest = 512;
export const largest = 64 * 1024 * 1024;

/** Why bytes are not the JSON that a program expects; `kind` tells those apart that programs treat differently. */
export interface JsonProblem {
  kind: 'empty' | 'encoding' | 'python-numbers' | 'invalid' | 'limit' | 'unreadable';
  /** Goes on after "the file cannot be used:". Never quotes the text. */
  problem: string;
}

export type BoundedJson = { value: unknown; text: string } | JsonProblem;

/** Strict JSON in UTF-8, within bounds. What Python writes besides (`NaN`) is told apart, not accepted. */
export function readJson(bytes: Uint8Array): BoundedJson {
  if (bytes.length === 0) return { kind: 'empty', problem: 'it is empty (0 bytes)' };
  if (bytes.length > largest) return { kind: 'limit', problem: 'it is larger than 64 MiB and was not looked into' };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { kind: 'encoding', problem: 'it is UTF-16' };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'encoding', problem: 'it is not UTF-8' };
  }
  if (text.startsWith('\ufeff')) return { kind: 'encoding', problem: 'it begins with a byte order mark' };
  return readJsonText(text);
}

/** As `readJson`, for a text that came out of another one. */
export function readJsonText(text: string): BoundedJson {
  if (text.trim() === '') return { kind: 'empty', problem: 'it is empty' };
  if (text.length > largest) return { kind: 'limit', problem: 'it is larger than 64 MiB and was not looked into' };
  if (isDeeper(text))
    return { kind: 'limit', problem: `it is nested deeper than ${deepest} levels and was not parsed` };
  const parsed = parseJson(text);
  if (!('problem' in parsed)) return { value: parsed.value, text };
  // The runtime's own parser: the one that tells the line is slower, and nobody asks where a NaN is.
  try {
    JSON.parse(withoutPythonNumbers(text));
    return { kind: 'python-numbers', problem: 'it holds NaN or Infinity, which are not JSON' };
  } catch {
    return { kind: 'invalid', problem: parsed.problem };
  }
}

/** The JSON of a file; `undefined` when it does not exist or is no regular file. */
export function readJsonFile(fs: FileCalls, path: string): BoundedJson | undefined {
  try {
    const stats = fs.lstatSync(systemPath(path));
    if (!stats.isFile()) return undefined;
    if (stats.size > largest) return { kind: 'limit', problem: 'it is larger than 64 MiB and was not looked into' };
    return readJson(fs.readFileSync(systemPath(path)));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const code = systemCode(error);
    if (code === undefined) throw error;
    return { kind: 'unreadable', problem: `it cannot be read (${code})` };
  }
}

/** The value of a key that the object itself has; whatever else is asked (a list, `__proto__`) gives `undefined`. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isDeeper(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}
