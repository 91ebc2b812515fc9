import { parse, printParseErrorCode, visit } from 'jsonc-parser';

export type ParsedJson = { value: unknown } | { problem: string };

/**
 * JSON written by people and by other programs, with or without a byte order mark. A problem is told by line and kind
 * only: the text may hold secrets, and the runtime's own message quotes it.
 *
 * @param comments also accepts comments and trailing commas, as VS Code's settings do
 */
export function parseJson(text: string, comments = false): ParsedJson {
  const bare = text.replace(/^\ufeff/, '');
  try {
    if (!comments) return { value: JSON.parse(bare) };
  } catch {
    // Read again below by a parser that says where it stopped.
  }
  const allowed = { allowTrailingComma: comments, disallowComments: !comments, allowEmptyContent: comments };
  try {
    visit(bare, { onError: (code, offset, _length, line) => stop(bare, code, offset, line) }, allowed);
    return comments ? { value: parse(bare, [], allowed) ?? {} } : { problem: 'it is not valid JSON' };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    // The parser calls itself for each level.
    if (error instanceof RangeError) return { problem: 'it is nested too deeply' };
    throw error;
  }
}

class Problem extends Error {}

/** At the first problem: the parser would go on, and of a large text keep an account of millions. */
function stop(text: string, code: number, offset: number, line: number): never {
  const number = /^-?(?:NaN|Infinity)\b/.exec(text.slice(offset, offset + 10))?.[0];
  const kind = printParseErrorCode(code)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const what = number ? `the number ${number}, which JSON does not have` : kind;
  throw new Problem(`it is not valid JSON (line ${line + 1}: ${what})`);
}

/** Whether a parsed value is an object with keys: not null and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
