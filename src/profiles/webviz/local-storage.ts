import { isObject } from '../../engine/root/json-text.ts';
import type { LegacyEntry } from '../profile.ts';
import { type BoundedJson, own, readJson, readJsonText } from '../reading/bounded-json.ts';
import { type Member, textAt, topMembers } from '../reading/json-places.ts';
import { parsedContentProblems } from './content.ts';
import { textIn, textOf } from './documents.ts';
import { keepMembers } from './keep-members.ts';

/** The one slot of a session that was never saved: two unsaved tabs overwrite each other in it. */
const temporary = 'temp-workbench-session';
const sessionKey = /^workbench-session-([A-Za-z0-9_-]{1,100})$/;

const mostWork = 1024 * 1024 * 1024;

/** The id of the saved session that a key of the browser's storage keeps unsaved edits of; empty for the one slot. */
export function savedIdOf(key: string): string | undefined {
  return key === temporary ? '' : sessionKey.exec(key)?.[1];
}

/**
 * What becomes of an export of the browser's storage: each unsaved session is a file with exactly the text that the
 * browser kept, and all other keys stay together as settings, with their bytes.
 *
 * @param source absolute
 */
export function localStorageEntries(source: string, bytes: Buffer): LegacyEntry[] {
  const json = readJson(bytes);
  const asItIs: LegacyEntry = { source, target: 'settings/localStorage.json' };
  if ('kind' in json || !isObject(json.value)) return [{ ...asItIs, note: 'Not a map of keys and values; kept.' }];
  const members = topMembers(json.text);
  const isMovable = movableAmong(json.text, members);
  const sessions = members.filter(isMovable);
  if (sessions.length === 0) return [asItIs];
  // Each part reads the whole; a browser keeps about 5 MB, and what is far beyond that did not come from one.
  if (sessions.length * bytes.length > mostWork) return [{ ...asItIs, note: 'Too large to be taken apart; kept.' }];
  const entries = sessions.map(
    ({ key }): LegacyEntry => ({
      source,
      target: `local/${key}.json`,
      note:
        key === temporary ? 'Unsaved edits of a session that was never saved.' : 'Unsaved edits of a saved session.',
      upgrade: { schema: 'webviz.local-session/1', apply: given => entryOf(given, key) },
    }),
  );
  if (sessions.length === members.length) return entries;
  const upgrade = {
    schema: 'webviz.local-settings/1',
    apply: (given: Buffer) => {
      const text = textOf(given);
      const goes = movableAmong(text, topMembers(text));
      return Buffer.from(keepMembers(text, member => !goes(member)));
    },
  };
  return [...entries, { ...asItIs, note: 'Preferences, and what is no session.', upgrade }];
}

/** Which entries can become a file that holds all of them. One that is there twice, or is no valid text, cannot. */
function movableAmong(text: string, members: readonly Member[]): (member: Member) => boolean {
  const counts = new Map<string, number>();
  for (const { key } of members) counts.set(key, (counts.get(key) ?? 0) + 1);
  return member =>
    savedIdOf(member.key) !== undefined &&
    counts.get(member.key) === 1 &&
    (textAt(text, member)?.isWellFormed() ?? true);
}

/** @throws when the bytes are not strict JSON any more */
function entryOf(bytes: Buffer, key: string): Buffer {
  const json = readJson(bytes);
  if ('kind' in json) throw new Error(`It cannot be used: ${json.problem}.`);
  return Buffer.from(entryText(json.text, json.value, key));
}

/** The text that the browser kept; where an exporter has put the JSON itself there, that as it is written. */
function entryText(text: string, map: unknown, key: string): string {
  const value = own(map, key);
  if (typeof value === 'string') return value;
  const place = topMembers(text).find(one => one.key === key);
  if (!place) throw new Error('It has no such entry any more.');
  return text.slice(place.start, place.end);
}

/**
 * What is odd about the entries. Invalid and stale ones are kept like any other: Webviz leaves them out of its list and
 * never removes them.
 *
 * @param saved by the id of every saved session, when it was last saved, where that is known
 */
export function localStorageProblems(json: BoundedJson, saved: ReadonlyMap<string, string | undefined>): string[] {
  if ('kind' in json) return [`The export of the browser's storage cannot be used: ${json.problem}. Kept as it is.`];
  if (!isObject(json.value)) return ["The export of the browser's storage does not hold an object. Kept as it is."];
  const members = topMembers(json.text);
  const last = new Map(members.map(member => [member.key, member]));
  const isMovable = movableAmong(json.text, members);
  return [...last].flatMap(([key, member]) => {
    const id = savedIdOf(key);
    if (id === undefined) {
      return key.startsWith('workbench-session-')
        ? [`An entry has a key with an unusual id; it stays in settings.`]
        : [];
    }
    if (!isMovable(member)) return [`${key}: it is there twice, or no valid text; it stays in settings.`];
    const value = readJsonText(entryText(json.text, json.value, key));
    return [...entryProblems(value, id, saved)].map(problem => `${key}: ${problem}`);
  });
}

function entryProblems(entry: BoundedJson, id: string, saved: ReadonlyMap<string, string | undefined>): string[] {
  const problems: string[] = [];
  const ignored = 'Webviz ignores it and leaves it there. Kept.';
  if ('kind' in entry) problems.push(`Invalid: ${entry.problem}. ${ignored}`);
  else if (!isObject(entry.value) || !isObject(own(entry.value, 'metadata'))) {
    problems.push(`Invalid: it has no metadata. ${ignored}`);
  } else problems.push(...parsedContentProblems(own(entry.value, 'content')).map(one => `Invalid: ${one} Kept.`));
  if (id === '') return problems;
  if (!saved.has(id)) {
    problems.push('The saved session is not here, and without it Webviz cannot open these edits. Kept.');
    return problems;
  }
  const modified = 'kind' in entry ? undefined : own(own(entry.value, 'metadata'), 'lastModifiedMs');
  const savedAt = Date.parse(saved.get(id) ?? '');
  if (typeof modified === 'number' && modified < savedAt) {
    problems.push('Stale: the session was saved after these edits. Kept.');
  }
  return problems;
}

/** Title and times of an unsaved session, in milliseconds since 1970 as the browser keeps them. */
export function localMetadata(value: unknown): { title?: string; description?: string; times: Record<string, number> } {
  const metadata = own(value, 'metadata');
  const times = Object.fromEntries(
    ['createdAt', 'updatedAt', 'lastModifiedMs'].flatMap(key => {
      const time = own(metadata, key);
      return typeof time === 'number' && Number.isFinite(new Date(time).getTime()) ? [[key, time]] : [];
    }),
  );
  const [title, description] = [textIn(metadata, 'title'), textIn(metadata, 'description')];
  return { times, ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
}
