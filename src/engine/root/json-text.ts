import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

export type ParsedJson = { value: unknown } | { problem: string };

/**
 * JSON written by people and by other programs, with or without a byte order mark. A problem is told by line and kind
 * only: the text may hold secrets, and the runtime's own message quotes it.
 *
 * @param comments also accepts comments and trailing commas, as VS Code's settings do
 */
export function parseJson(text: string, comments = false): ParsedJson {
  const bare = text.replace(/^\ufeff/, '');
  if (!comments) {
    try {
      return { value: JSON.parse(bare) };
    } catch {
      // Read again below by a parser that says where it stopped.
    }
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(bare, errors, {
    allowTrailingComma: comments,
    disallowComments: !comments,
    allowEmptyContent: comments,
  });
  const first = errors[0];
  if (!first) return comments ? { value: value ?? {} } : { problem: 'it is not valid JSON' };
  const line = bare.slice(0, first.offset).split('\n').length;
  const kind = printParseErrorCode(first.error)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return { problem: `it is not valid JSON (line ${line}: ${kind})` };
}

/** Whether a parsed value is an object with keys: not null and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
