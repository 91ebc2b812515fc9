import type { Stats } from 'node:fs';
import path from 'node:path';
import type { SessionFacts } from '../../profiles/profile.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { readNames } from '../read-directory.ts';
import { absoluteContent, type SessionPlace, wordsFile } from './places.ts';
import { readWords, wordsPath } from './words.ts';

/** What a session says about itself, and when it was last written. */
export interface SessionLook {
  facts: Required<Pick<SessionFacts, 'id' | 'title' | 'description' | 'owner'>> & {
    template: string | null;
    createdAt: string;
    updatedAt: string;
  };
  bytes: number;
  seen: Seen;
  broken?: string;
}

/** Every file and directory of a session, and for each five numbers that differ as soon as it was written. */
export interface Seen {
  names: readonly string[];
  numbers: Float64Array;
  /** Where they begin in `numbers`, which may be those of many sessions. */
  at: number;
}
export const numbersEach = 5;
const ctimeAmongThem = 2;

/** When any file of a session last changed in any way: milliseconds since 1970. */
export function changedAt({ names, numbers, at }: Seen): number {
  return names.reduce((latest, _, index) => Math.max(latest, numbers[at + index * numbersEach + ctimeAmongThem]!), 0);
}

/** Looks at a session without reading more than what says its title. @returns undefined when it is not there */
export function lookAt(context: Context, place: SessionPlace, known?: SessionLook): SessionLook | undefined {
  if (known && isUnchanged(context, place, known)) return known;
  const files = sessionFiles(context, place);
  if (!files) return undefined;
  const seen = {
    names: files.map(({ name }) => name),
    numbers: Float64Array.from(
      files.flatMap(({ stats: { size, mtimeMs, ctimeMs, ino, mode } }) => [size, mtimeMs, ctimeMs, ino, mode]),
    ),
    at: 0,
  };
  const content = files.filter(({ name }) => name !== '');
  const bytes = content.reduce((sum, { stats }) => sum + (stats.isFile() ? stats.size : 0), 0);
  const changed = new Date(Math.max(...content.map(({ stats }) => stats.mtimeMs), 0)).toISOString();
  const base = path.basename(place.location);
  const nothing = {
    id: place.native ? base : path.basename(base, path.extname(base)),
    title: base,
    description: '',
    owner: '',
    template: null,
    createdAt: changed,
    updatedAt: changed,
  };
  try {
    return { facts: { ...nothing, ...factsOf(context, place, content) }, bytes, seen };
  } catch (error) {
    if (isAbsent(error) && !place.native) return undefined;
    return { facts: nothing, bytes, seen, broken: reasonOf(error) };
  }
}

/** What is larger is no session that an application would open, and would not fit into memory with others. */
const largest = 64 * 1024 * 1024;

type SeenFile = { name: string; stats: Stats };

function factsOf(context: Context, place: SessionPlace, content: readonly SeenFile[]): Partial<SessionLook['facts']> {
  const { ports, profile } = context;
  if (place.native) {
    if (content.length === 0) throw new Error('Its content is missing.');
    const { id, title, description, owner, template, createdAt } = readWords(context, path.basename(place.location));
    return { id, title, description, owner, template, createdAt };
  }
  const [only] = content;
  if (only && !only.stats.isFile()) throw new Error('It is not a regular file.');
  if (only && only.stats.size > largest) throw new Error('It is larger than 64 MiB and was not looked into.');
  return profile.readSession(place.location, ports.fs.readFileSync(systemPath(absoluteContent(context, place))));
}

function reasonOf(error: unknown): string {
  const code = HoldfastError.is(error) ? undefined : systemCode(error);
  if (code) return `It cannot be read (${code}).`;
  return asHoldfastError(error).message;
}

/** The files whose state is the session's: for a native one its words (named '') and each file of its content. */
function sessionFiles(context: Context, place: SessionPlace): SeenFile[] | undefined {
  const { fs } = context.ports;
  const found: SeenFile[] = [];
  const see = (name: string, file: string): Stats | undefined => {
    const stats = fs.lstatSync(systemPath(file), { throwIfNoEntry: false });
    if (stats) found.push({ name, stats });
    return stats;
  };
  const content = absoluteContent(context, place);
  try {
    if (place.native) see('', wordsPath(context, path.basename(place.location)));
    const visit = (directory: string, at: string) => {
      for (const name of readNames(fs, directory)) {
        const inside = `${at}${name}`;
        const file = path.join(directory, name);
        if (see(inside, file)?.isDirectory()) visit(file, `${inside}/`);
      }
    };
    const top = see('.', content);
    if (top?.isDirectory() && place.native) visit(content, './');
  } catch (error) {
    if (!isAbsent(error) && systemCode(error) !== 'ENOTDIR') throw error;
  }
  return found.length === 0 ? undefined : found;
}

/** Names that come or go change their directory, so that its names need not be read. Ten thousand of these make a listing. */
function isUnchanged({ ports: { fs }, root }: Context, place: SessionPlace, { seen }: SessionLook): boolean {
  const { names, numbers } = seen;
  let { at } = seen;
  const content = place.legacy ? place.content : `${root}/${place.content}`;
  try {
    for (const name of names) {
      const file = name === '' ? `${root}/${place.location}/${wordsFile}` : `${content}${name.slice(1)}`;
      const { size, mtimeMs, ctimeMs, ino, mode } = fs.lstatSync(systemPath(file));
      if (size !== numbers[at++] || mtimeMs !== numbers[at++] || ctimeMs !== numbers[at++]) return false;
      if (ino !== numbers[at++] || mode !== numbers[at++]) return false;
    }
    return true;
  } catch {
    // Whatever it is, it is met again when the session is read.
    return false;
  }
}
