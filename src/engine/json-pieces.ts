/** Elements of a long array that become text at once: short texts are soon collected. */
const atOnce = 100;

/**
 * The text that `JSON.stringify` makes of plain data, piece by piece: that of a hundred thousand files as one string
 * would be there three times over while it is written.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value) && value.length > atOnce) {
    for (let start = 0; start < value.length; start += atOnce) {
      yield (start === 0 ? '[' : ',') + JSON.stringify(value.slice(start, start + atOnce)).slice(1, -1);
    }
    yield ']';
  } else if (isPlainObject(value)) {
    let separator = '{';
    for (const [key, one] of Object.entries(value)) {
      if (one === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      yield* jsonPieces(one);
      separator = ',';
    }
    yield separator === '{' ? '{}' : '}';
  } else yield JSON.stringify(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
