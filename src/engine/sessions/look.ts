import type { Stats } from 'node:fs';
import path from 'node:path';
import type { SessionFacts } from '../../profiles/profile.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { readNames } from '../read-directory.ts';
import { absoluteContent, type SessionPlace } from './places.ts';
import { readWords, wordsPath } from './words.ts';

/** What a session says about itself, and when it was last written. */
export interface SessionLook {
  facts: Required<Pick<SessionFacts, 'id' | 'title' | 'description' | 'owner'>> & {
    template: string | null;
    createdAt: string;
    updatedAt: string;
  };
  bytes: number;
  /** When any of its files last changed in any way, RFC 3339. */
  changedAt: string;
  /** Differs as soon as any of its files was written. */
  signature: string;
  broken?: string;
}

/** Looks at a session without reading more than what says its title. @returns undefined when it is not there */
export function lookAt(context: Context, place: SessionPlace, known?: SessionLook): SessionLook | undefined {
  const files = sessionFiles(context, place);
  if (!files) return undefined;
  const signature = files.map(({ name, stats }) => `${name}\0${signatureOf(stats)}`).join('\n');
  if (known?.signature === signature) return known;
  const content = files.filter(({ name }) => name !== '');
  const bytes = content.reduce((sum, { stats }) => sum + (stats.isFile() ? stats.size : 0), 0);
  const changed = new Date(Math.max(...content.map(({ stats }) => stats.mtimeMs), 0)).toISOString();
  const changedAt = new Date(Math.max(...files.map(({ stats }) => stats.ctimeMs))).toISOString();
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
    return { facts: { ...nothing, ...factsOf(context, place, content) }, bytes, changedAt, signature };
  } catch (error) {
    if (isAbsent(error) && !place.native) return undefined;
    return { facts: nothing, bytes, changedAt, signature, broken: reasonOf(error) };
  }
}

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
  const facts = profile.readSession(place.location, ports.fs.readFileSync(systemPath(absoluteContent(context, place))));
  return facts;
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
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

function signatureOf({ size, mtimeMs, ctimeMs, ino, mode }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino} ${mode}`;
}
