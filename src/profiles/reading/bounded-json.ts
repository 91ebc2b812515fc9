import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { isObject, parseJson } from '../../engine/root/json-text.ts';
import { withoutPythonNumbers } from './python-json.ts';

/**
 * Beyond these bounds JSON is not parsed: a few bytes can ask for more stack than there is, and a few million brackets
 * for a hundred times their size in memory. Parts are lists, objects, texts and commas.
 */
const deepest = 512;
const mostParts = 3_000_000;
export const largest = 64 * 1024 * 1024;

/** Why bytes are not the JSON that a program expects; `kind` tells those apart that programs treat differently. */
export interface JsonProblem {
  kind: 'empty' | 'encoding' | 'python-numbers' | 'invalid' | 'limit' | 'unreadable';
  /** Goes on after "the file cannot be used:". Never quotes the text. */
  problem: string;
}

export type BoundedJson = { value: unknown; text: string } | JsonProblem;

/** The message says to people what is wrong with a document, and quotes nothing of it. */
export class UnusableDocument extends Error {}

/** Strict JSON in UTF-8, within bounds. What Python writes besides (`NaN`) is told apart, not accepted. */
export function readJson(bytes: Uint8Array, limit = largest): BoundedJson {
  if (bytes.length === 0) return { kind: 'empty', problem: 'it is empty (0 bytes)' };
  if (bytes.length > limit) return tooLarge(limit);
  const [first, second] = bytes;
  // A text in UTF-16 that begins with an ASCII character has a zero beside it, and no JSON has one.
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0) {
    return { kind: 'encoding', problem: 'it is UTF-16, not UTF-8' };
  }
  const refused = beyondBounds(bytes);
  if (refused) return refused;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'encoding', problem: 'it is not UTF-8' };
  }
  if (text.startsWith('\ufeff')) return { kind: 'encoding', problem: 'it begins with a byte order mark' };
  return readText(text);
}

/** As `readJson`, for a text that came out of another one. */
export function readJsonText(text: string): BoundedJson {
  return text.length > largest ? tooLarge(largest) : (beyondBounds(Buffer.from(text)) ?? readText(text));
}

function readText(text: string): BoundedJson {
  if (/^\s*$/.test(text)) return { kind: 'empty', problem: 'it is empty' };
  const parsed = parseJson(text);
  if (!('problem' in parsed)) return { value: parsed.value, text };
  return /NaN|Infinity/.test(text) && 'value' in parseJson(withoutPythonNumbers(text))
    ? { kind: 'python-numbers', problem: 'it holds NaN or Infinity, which are not JSON' }
    : { kind: 'invalid', problem: parsed.problem };
}

/** As `readJson`, for a program in Python, which reads back the `NaN` that it writes; here that is `null`. */
export function readPythonJson(bytes: Uint8Array, limit = largest): BoundedJson {
  const json = readJson(bytes, limit);
  if (!('kind' in json) || json.kind !== 'python-numbers') return json;
  return readJsonText(withoutPythonNumbers(new TextDecoder().decode(bytes)));
}

/** The bytes without the byte order mark that programs on Windows put before them, for those that do not mind one. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? bytes.subarray(3) : bytes;
}

/** The JSON of a file; `undefined` when it does not exist or is no regular file. */
export function readJsonFile(fs: FileCalls, path: string, limit = largest, read = readJson): BoundedJson | undefined {
  try {
    const stats = fs.lstatSync(systemPath(path));
    if (!stats.isFile()) return undefined;
    if (stats.size > limit) return tooLarge(limit);
    return read(fs.readFileSync(systemPath(path)), limit);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const code = systemCode(error);
    if (code === undefined) throw error;
    return { kind: 'unreadable', problem: `it cannot be read (${code})` };
  }
}

/**
 * What was read, for those who cannot go on without.
 *
 * @throws UnusableDocument with the problem as a sentence
 */
export function usable(json: BoundedJson): { value: unknown; text: string } {
  if (!('kind' in json)) return json;
  throw new UnusableDocument(`${json.problem.replace(/^i/, 'I')}.`);
}

/** The value of a key that the object itself has; whatever else is asked (a list, `__proto__`) gives `undefined`. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function tooLarge(limit: number): JsonProblem {
  return { kind: 'limit', problem: `it is larger than ${limit / 1024 / 1024} MiB and was not looked into` };
}

/** Looks at bytes: of what is refused, not even a text is made. */
function beyondBounds(bytes: Uint8Array): JsonProblem | undefined {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      parts++;
      for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
    } else if (byte === 0x7b || byte === 0x5b) {
      parts++;
      if (++depth > deepest) return beyond(`nested deeper than ${deepest} levels`);
    } else if (byte === 0x2c) parts++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    if (parts > mostParts) return beyond(`made of more than ${mostParts / 1e6} million parts`);
  }
  return undefined;
}

function beyond(what: string): JsonProblem {
  return { kind: 'limit', problem: `it is ${what} and was not parsed` };
}
