import { hash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { Count, Id, Time } from '../../../protocol/common.ts';
import { TextEdit } from '../../../protocol/sessions.ts';
import { makeDirectory, writeAll, writeDurably } from '../../durable.ts';
import { HoldfastError } from '../../errors.ts';
import { isInsidePath } from '../../names.ts';
import type { Ports } from '../../ports.ts';
import { readVaultFile, withoutWaiting } from '../../vault/read-vault-file.ts';

/**
 * The journal of a recovery buffer: a line for each burst of typing, each as `<16 hex digits> <json>`, where the digits
 * begin the SHA-256 of the digits of the line before and this line's JSON. A line that a crash cut off, or that does not
 * follow the one before, ends the journal: what was typed until then is whole.
 */
const Header = z.object({
  buffer: z.literal(1),
  id: Id,
  location: z.string().refine(isInsidePath),
  /** Which file of the session; empty where it is one file. */
  file: z.literal('').or(z.string().refine(isInsidePath)),
  base: Count,
  host: z.string(),
  bootId: z.string(),
  pid: z.number().int(),
  processStart: z.string(),
  user: z.string(),
  at: Time,
  /** The text that the edits begin with; absent: that of the base version. */
  text: z.string().optional(),
  /** Its length, in UTF-16 code units. */
  length: Count,
});
export type BufferHeader = z.infer<typeof Header>;

/** Edits, in order, and the length of the text after them. */
const Burst = z.object({ at: Time, length: Count, edits: z.array(TextEdit) });
export type Burst = z.infer<typeof Burst>;

/** Where a journal ends, and so where it goes on. */
export interface JournalEnd {
  seal: string;
  /** Bytes up to the end of the last whole line; what follows is torn. */
  bytes: number;
  /** Of the text now. */
  length: number;
}

export interface Journal extends JournalEnd {
  header: BufferHeader;
  bursts: Burst[];
}

type Disk = Pick<Ports, 'fs' | 'platform' | 'randomBytes'>;

/** Begins a journal, or begins it anew: of the two, one is there whole at any moment. */
export function startJournal(disk: Disk, file: string, header: BufferHeader): JournalEnd {
  makeDirectory(disk, path.dirname(file));
  const bytes = Buffer.from(sealed('', header));
  writeDurably(disk, file, bytes);
  return { seal: bytes.toString('latin1', 0, sealLength), bytes: bytes.length, length: header.length };
}

/** Adds a burst behind the last whole line, durably. */
export function appendBurst({ fs }: Pick<Ports, 'fs'>, file: string, end: JournalEnd, burst: Burst): JournalEnd {
  const bytes = Buffer.from(sealed(end.seal, burst));
  const handle = fs.openSync(file, 'r+');
  try {
    writeAll(fs, handle, bytes, end.bytes);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  return { seal: bytes.toString('latin1', 0, sealLength), bytes: end.bytes + bytes.length, length: burst.length };
}

/** @throws CORRUPT when not even the header is whole, or a whole line is none of a journal: what it says must not go unnoticed */
export function readJournal({ fs }: Pick<Ports, 'fs'>, file: string): Journal {
  const content = readVaultFile(fs, file);
  let journal: Journal | undefined;
  for (let at = 0, end = content.indexOf(10); end >= 0; at = end + 1, end = content.indexOf(10, at)) {
    const seal = content.toString('latin1', at, at + sealLength);
    const json = content.toString('utf8', at + sealLength + 1, end);
    if (seal !== sealOf(journal?.seal ?? '', json)) break;
    if (journal) {
      const burst = lineOf(Burst, json, file);
      journal = { ...journal, seal, bytes: end + 1, length: burst.length };
      journal.bursts.push(burst);
    } else {
      const header = lineOf(Header, json, file);
      journal = { header, bursts: [], seal, bytes: end + 1, length: header.length };
    }
  }
  if (journal) return journal;
  throw new HoldfastError('CORRUPT', 'A recovery buffer is damaged at its very beginning.', {
    path: file,
    hint: 'Its edits cannot be read any more. Discard it: holdfast session discard',
  });
}

/**
 * Where a journal goes on, from its last two lines where these are short enough: typing must not cost what was typed
 * before.
 */
export function journalEnd({ fs }: Pick<Ports, 'fs'>, file: string): JournalEnd {
  const tail = Buffer.allocUnsafe(tailLength);
  const handle = fs.openSync(file, withoutWaiting);
  let start: number;
  let read: number;
  try {
    start = Math.max(0, fs.fstatSync(handle).size - tailLength);
    read = fs.readSync(handle, tail, 0, tailLength, start);
  } finally {
    fs.closeSync(handle);
  }
  const text = tail.subarray(0, read);
  const last = text.lastIndexOf(10, -2);
  const before = last < 1 ? -1 : text.lastIndexOf(10, last - 1);
  const whole = text.at(-1) === 10 && last > 0 && (before >= 0 || start === 0);
  if (whole) {
    const seal = text.toString('latin1', last + 1, last + 1 + sealLength);
    const json = text.toString('utf8', last + 2 + sealLength, text.length - 1);
    if (seal === sealOf(text.toString('latin1', before + 1, before + 1 + sealLength), json)) {
      return { seal, bytes: start + text.length, length: lineOf(Burst, json, file).length };
    }
  }
  return readJournal({ fs }, file);
}

function lineOf<T>(schema: z.ZodType<T>, json: string, file: string): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    throw new HoldfastError('CORRUPT', 'A recovery buffer holds a line that is none of its own.', {
      path: file,
      hint: 'Look into the file; a newer Holdfast may have written it. Discard it: holdfast session discard',
      cause: error,
    });
  }
}

const sealLength = 16;
const tailLength = 64 * 1024;

function sealed(before: string, value: unknown): string {
  const json = JSON.stringify(value);
  return `${sealOf(before, json)} ${json}\n`;
}

function sealOf(before: string, json: string): string {
  return hash('sha256', before + json, 'hex').slice(0, sealLength);
}
