import { createHash, hash } from 'node:crypto';
import * as z from 'zod';
import { HoldfastError, isAbsent } from './errors.ts';
import { jsonPieces } from './json-pieces.ts';
import { elementsOf, type Piece, piecesOf, withoutPieces } from './long-lists.ts';
import type { Pace } from './pace.ts';
import { parseInParts } from './parse-in-parts.ts';
import type { Ports } from './ports.ts';
import { giveBack } from './vault/give-back.ts';
import { readVaultFile } from './vault/read-vault-file.ts';

/**
 * Everything that Holdfast keeps as JSON is a record in an envelope (docs/format.md, "Records"):
 *
 *     {"schemaVersion":1,"savedAt":"…","<kind>":{…},"digest":"<64 hex>"}\n
 *
 * `digest` is the SHA-256 of every byte before `,"digest"`, so a flipped bit anywhere is noticed.
 */
export interface RecordKind<T> {
  /** The key of the body in the envelope. */
  kind: string;
  version: number;
  schema: z.ZodType<T>;
  /** From each older version to the next one. */
  upgrades?: Record<number, (body: unknown) => unknown>;
  /** Of lists that may be very long: their names, wherever they are, and their elements. `readRecord` finds them empty. */
  longLists?: Record<string, z.ZodType>;
}

/** Made once: to make a schema costs more than to read a record with it. */
const Envelope = z.looseObject({ schemaVersion: z.number().int().positive() });

const digestLength = ',"digest":"'.length + 64 + '"}\n'.length;

export function encodeRecord<T>(kind: RecordKind<T>, body: T, now: Date): Buffer {
  return Buffer.concat(Array.from(recordPieces(kind, body, now), piece => Buffer.from(piece)));
}

/** Of what is wrong with a record: whoever reads it needs no list. */
const issuesTold = 3;

/** Characters that are worth a write, or a look, of their own. */
const enough = 64 * 1024;

/** The bytes of a record that may be long, one after the other. Each piece is only good until the next is asked for. */
export function* recordPieces<T>(kind: RecordKind<T>, body: T, now: Date): Generator<Buffer> {
  const digest = createHash('sha256');
  const envelope = { schemaVersion: kind.version, savedAt: now.toISOString(), [kind.kind]: body };
  let buffer = Buffer.alloc(0);
  const bytesOf = (text: string) => {
    // A character is three bytes at most. A buffer for each piece would outlive it by far.
    if (buffer.length < text.length * 3) buffer = Buffer.allocUnsafeSlow(text.length * 4);
    return buffer.subarray(0, buffer.write(text));
  };
  let text = '';
  for (const piece of jsonPieces(envelope)) {
    if (text.length > enough) {
      const bytes = bytesOf(text);
      digest.update(bytes);
      yield bytes;
      text = '';
    }
    text += piece;
  }
  // The last character is the brace that closes the envelope: the digest comes before it.
  const rest = text.slice(0, -1);
  yield bytesOf(`${rest},"digest":"${digest.update(rest).digest('hex')}"}\n`);
}

/** Whether the bytes are a record of any kind of which no byte differs from what was written. */
export function isSealed(bytes: Buffer): boolean {
  const head = bytes.subarray(0, Math.max(0, bytes.length - digestLength));
  const digest = hash('sha256', head, 'hex');
  return bytes.subarray(head.length).toString('latin1') === `,"digest":"${digest}"}\n`;
}

/**
 * @throws CORRUPT when a byte differs from what was written, NEWER_VERSION when a later Holdfast wrote it
 */
export function decodeRecord<T>(kind: RecordKind<T>, bytes: Buffer, path: string): T {
  return decodeParts(kind, bytes, path).body;
}

function decodeParts<T>(kind: RecordKind<T>, bytes: Buffer, path: string): { body: T; pieces: readonly Piece[] } {
  const corrupt = (why: string) => damaged(kind, path, why);
  if (!isSealed(bytes)) throw corrupt('its digest does not fit');
  const pieces = kind.longLists ? piecesOf(bytes, Object.keys(kind.longLists)) : [];
  const json = pieces.length > 0 ? withoutPieces(bytes, pieces) : bytes;
  if (json.length > long && valuesIn(json) > json.length / 5) throw corrupt('it says too little for its length');
  let envelope: z.infer<typeof Envelope>;
  try {
    envelope = Envelope.parse(JSON.parse(json.toString('utf8')));
  } catch {
    throw corrupt('it is not an envelope');
  }
  if (envelope.schemaVersion > kind.version) {
    throw new HoldfastError(
      'NEWER_VERSION',
      `A newer Holdfast wrote this ${kind.kind} (version ${envelope.schemaVersion}).`,
      {
        path,
        hint: `This Holdfast reads up to version ${kind.version}. Update it; nothing was changed.`,
      },
    );
  }
  let body = envelope[kind.kind];
  for (let version = envelope.schemaVersion; version < kind.version; version++) body = kind.upgrades?.[version]?.(body);
  const parsed = json.length > enough ? parseInParts(kind.schema, body) : kind.schema.safeParse(body);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, issuesTold);
    throw corrupt(z.prettifyError({ issues }).replaceAll('\n', ' '));
  }
  return { body: parsed.data, pieces };
}

function damaged(kind: { kind: string }, path: string, why: string): HoldfastError {
  return new HoldfastError('CORRUPT', `The ${kind.kind} record is damaged: ${why}.`, {
    path,
    hint: 'Other records are not affected. Run: holdfast vault verify',
  });
}

/** Bytes from which on values that say nothing, `{},{},…`, could take more memory than there is: forty times their length. */
const long = 4 * 1024 * 1024;

/** How many values the JSON holds, about. The text of a name is none, whatever is in it. */
function valuesIn(json: Buffer): number {
  let values = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === 0x22) isText = !isText;
    else if (byte === 0x5c) at++;
    else if (!isText && (byte === 0x2c || byte === 0x5b || byte === 0x7b)) values++;
  }
  return values;
}

/** Reads a record; `undefined` only when the file does not exist. @throws as `decodeRecord` */
export function readRecord<T>(ports: Pick<Ports, 'fs'>, kind: RecordKind<T>, path: string): T | undefined {
  const bytes = readIfThere(ports, path);
  if (!bytes) return undefined;
  const body = decodeRecord(kind, bytes, path);
  giveBack(bytes);
  return body;
}

/** As `readRecord`, with the elements of its long lists, all those of one name in a list. */
export async function readLongRecord<T>(
  ports: Pick<Ports, 'fs'>,
  kind: RecordKind<T>,
  path: string,
  pace: Pace,
): Promise<{ body: T; lists: Map<string, unknown[]> } | undefined> {
  const bytes = readIfThere(ports, path);
  if (!bytes) return undefined;
  const { body, pieces } = decodeParts(kind, bytes, path);
  const { longLists = {} } = kind;
  const lists = new Map<string, unknown[]>(Object.keys(longLists).map(name => [name, []]));
  try {
    for (const { name, element } of elementsOf(bytes, pieces)) {
      if (pace.due()) await pace.breathe();
      // Checked and left as it is: a copy of a hundred thousand would be there beside it.
      if (!longLists[name]!.safeParse(element).success) throw new SyntaxError(`an element of "${name}" is wrong`);
      lists.get(name)!.push(element);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(kind, path, error.message);
    throw error;
  }
  giveBack(bytes);
  return { body, lists };
}

function readIfThere({ fs }: Pick<Ports, 'fs'>, path: string): Buffer | undefined {
  try {
    return readVaultFile(fs, path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
