import { hash } from 'node:crypto';
import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { writeCache } from '../vault/cache-file.ts';
import { readVaultFile } from '../vault/read-vault-file.ts';
import { numbersEach, type SessionLook } from './look.ts';

/**
 * `cache/sessions`: what sessions said when they were last read, so that a listing reads only those that changed. A
 * cache: losing it costs reading every session once.
 *
 *     length of the JSON u32  JSON  zeros up to a multiple of 8  the numbers of all, float64  SHA-256 of all before
 *
 * Ten thousand of them have to be read within hundredths of a second, so nothing is said twice: neither the names of
 * fields nor those of files, which most sessions have in common.
 */
type Looks = Map<string, SessionLook>;

const form = 'holdfast-sessions-2';

interface Index {
  form: string;
  profile: string;
  /** The names of files that sessions have. */
  files: string[][];
  rows: Row[];
}

type Row = [
  location: string,
  id: string,
  title: string,
  description: string,
  owner: string,
  template: string | null,
  createdAt: string,
  updatedAt: string,
  bytes: number,
  /** Which of `files`. */
  files: number,
];

export function readLooks(context: Context): Looks {
  const looks: Looks = new Map();
  try {
    const file = unsealed(readVaultFile(context.ports.fs, cachePath(context)));
    if (!file) return looks;
    const end = 4 + file.readUInt32LE();
    // The checksum held, so this is what writeLooks wrote, of this or another form.
    const index = JSON.parse(file.toString('utf8', 4, end)) as Index;
    if (index.form !== form || index.profile !== context.profile.id) return looks;
    // At the beginning of memory of its own, as the numbers must be.
    const numbers = new Float64Array(new Uint8Array(file.subarray(roundedUp(end))).buffer);
    let at = 0;
    for (const row of index.rows) {
      // One by one: taking an array apart costs more than all the rest.
      const facts = {
        id: row[1],
        title: row[2],
        description: row[3],
        owner: row[4],
        template: row[5],
        createdAt: row[6],
        updatedAt: row[7],
      };
      const names = index.files[row[9]]!;
      looks.set(row[0], { facts, bytes: row[8], seen: { names, numbers, at } });
      at += names.length * numbersEach;
    }
    return looks;
  } catch (error) {
    if (isAbsent(error)) return looks;
    throw error;
  }
}

export function writeLooks(context: Context, looks: Looks): void {
  const files: string[][] = [];
  const known = new Map<string, number>();
  const numberOf = (names: readonly string[]) => {
    const key = names.join('\0');
    const number = known.get(key) ?? files.push([...names]) - 1;
    known.set(key, number);
    return number;
  };
  const rows = Array.from(looks, ([location, { facts, bytes, seen }]): Row => {
    const { id, title, description, owner, template, createdAt, updatedAt } = facts;
    return [location, id, title, description, owner, template, createdAt, updatedAt, bytes, numberOf(seen.names)];
  });
  const index: Index = { form, profile: context.profile.id, files, rows };
  const text = Buffer.from(JSON.stringify(index));
  const head = Buffer.alloc(roundedUp(4 + text.length));
  head.writeUInt32LE(text.length);
  text.copy(head, 4);
  const numbers = Array.from(looks.values(), ({ seen }) =>
    Buffer.from(seen.numbers.slice(seen.at, seen.at + seen.names.length * numbersEach).buffer),
  );
  const body = Buffer.concat([head, ...numbers]);
  writeCache(cachePath(context), Buffer.concat([body, hash('sha256', body, 'buffer')]));
}

/** @returns undefined for what is not whole */
function unsealed(file: Buffer): Buffer | undefined {
  const body = file.subarray(0, Math.max(0, file.length - 32));
  return body.length > 4 && hash('sha256', body, 'buffer').equals(file.subarray(body.length)) ? body : undefined;
}

function roundedUp(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function cachePath(context: Context): string {
  return vaultPath(context, 'cache', 'sessions');
}
