const [quote, backslash, comma] = Buffer.from('"\\,');
const [list, endOfList, fields, endOfFields] = Buffer.from('[]{}');

/** Bytes of elements that are worth being made into values at once. */
const enough = 64 * 1024;
/** No element of any list is nearly as long; in more text there could be values that take forty times its length. */
const longest = 1024 * 1024;

/** Some elements of a list, and the comma behind them if more follow. */
export interface Piece {
  name: string;
  start: number;
  end: number;
}

/** Where the elements of the lists of these names lie, wherever the lists are. */
export function piecesOf(json: Buffer, names: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = json.indexOf(beginning); at >= 0; ) {
    const name = names.find(one => isNamed(json, at, one));
    let end = at + beginning.length;
    if (name !== undefined) {
      do {
        const start = end;
        end = pieceEnd(json, start);
        if (end > start) pieces.push({ name, start, end });
      } while (json[end - 1] === comma);
    }
    at = json.indexOf(beginning, end);
  }
  return pieces;
}

/** JSON without these pieces: as it is, but that the lists are empty. Text that is no JSON stays none. */
export function withoutPieces(json: Buffer, pieces: readonly Piece[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of pieces) {
    parts.push(json.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...parts, json.subarray(from)]);
}

/**
 * The elements one by one: a hundred thousand of them as one text, and the text beside its values, would take twice the
 * memory.
 *
 * @throws SyntaxError
 */
export function* elementsOf(json: Buffer, pieces: readonly Piece[]): Generator<{ name: string; element: unknown }> {
  for (const { name, start, end } of pieces) {
    if (end - start > longest) throw new SyntaxError(`an element of "${name}" is too long`);
    const text = json.toString('utf8', start, json[end - 1] === comma ? end - 1 : end);
    for (const element of JSON.parse(`[${text}]`) as unknown[]) yield { name, element };
  }
}

/** Behind the name of a list. Within a text there is a backslash before a quotation mark. */
const beginning = Buffer.from('":[');

/** Whether the list that begins so at a place has this name. Before the name of a field is one of these, and no text. */
function isNamed(json: Buffer, at: number, name: string): boolean {
  const before = Buffer.from(`"${name}`);
  const start = at - before.length;
  return (
    start > 0 && json.subarray(start, at).equals(before) && (json[start - 1] === comma || json[start - 1] === fields)
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
