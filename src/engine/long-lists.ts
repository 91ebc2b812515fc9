const [quote, backslash, comma] = Buffer.from('"\\,');
const [list, endOfList, fields, endOfFields] = Buffer.from('[]{}');

/** Bytes of elements that are worth being made into values at once. */
const enough = 64 * 1024;
/** No element of any list is nearly as long; in more text there could be values that take forty times its length. */
const longest = 1024 * 1024;

interface Piece {
  name: string;
  /** Some elements, and the comma behind them if more follow. */
  start: number;
  end: number;
}

/** JSON as it is, but that the lists of these names, wherever they are, are empty. Text that is no JSON stays none. */
export function withoutLists(json: Buffer, names: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of piecesOf(json, names)) {
    parts.push(json.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...parts, json.subarray(from)]);
}

/**
 * What is in the lists of these names, wherever they are, element by element: a hundred thousand of them as one text, and
 * the text beside its values, would take twice the memory.
 *
 * @throws SyntaxError
 */
export function* elementsOf(json: Buffer, names: readonly string[]): Generator<{ name: string; element: unknown }> {
  for (const { name, start, end } of piecesOf(json, names)) {
    if (end - start > longest) throw new SyntaxError(`an element of "${name}" is too long`);
    const text = json.toString('utf8', start, json[end - 1] === comma ? end - 1 : end);
    for (const element of JSON.parse(`[${text}]`) as unknown[]) yield { name, element };
  }
}

function* piecesOf(json: Buffer, names: readonly string[]): Generator<Piece> {
  let end = 0;
  for (let found = nextList(json, end, names); found; found = nextList(json, end, names)) {
    end = found.start;
    do {
      const start = end;
      end = pieceEnd(json, start);
      if (end > start) yield { name: found.name, start, end };
    } while (json[end - 1] === comma);
  }
}

/** Where what is in the next of these lists begins. */
function nextList(json: Buffer, from: number, names: readonly string[]): { name: string; start: number } | undefined {
  return (
    names
      // Within a text there is a backslash before a quotation mark, and before the name of a field one of these.
      .flatMap(name => [',', '{'].map(before => ({ name, beginning: `${before}"${name}":[` })))
      .map(({ name, beginning }) => ({ name, at: json.indexOf(beginning, from), length: beginning.length }))
      .filter(({ at }) => at >= 0)
      .map(({ name, at, length }) => ({ name, start: at + length }))
      .sort((one, other) => one.start - other.start)[0]
  );
}

/** Behind a comma between two elements, or where the list ends, or the text. */
function pieceEnd(json: Buffer, from: number): number {
  let depth = 0;
  let isText = false;
  for (let at = from; at < json.length; at++) {
    const byte = json[at];
    if (byte === quote) isText = !isText;
    else if (byte === backslash) at++;
    else if (isText) continue;
    else if (byte === list || byte === fields) depth++;
    else if (byte === endOfFields) depth--;
    else if (byte === endOfList && depth-- === 0) return at;
    else if (byte === comma && depth === 0 && at - from >= enough) return at + 1;
  }
  return json.length;
}
