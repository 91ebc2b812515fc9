import { readJson, readPythonJson, UnusableDocument, usable } from '../reading/bounded-json.ts';
import {
  edited,
  insertAfter,
  isArrayAt,
  isObjectAt,
  membersOf,
  objectAt,
  type Place,
  textAt,
  wholeValue,
} from '../reading/json-places.ts';
import { sessionLimit, sessionProblem } from './session-file.ts';

/** `sessions/<uuid>.json`, as every version of the program has written it. */
export const sessionSchema = 'doco.session/1';

/**
 * A session without a group is refused, and one such file keeps the server from starting. Which group it belonged to
 * cannot be known, and `public` would show it to everybody: so it gets one that no token opens.
 */
export const unassignedGroup = 'unassigned';

export interface SessionParts {
  /** From the name of the directory. */
  id: string;
  metadata: Buffer;
  parameters?: Buffer | undefined;
  fragments?: Buffer | undefined;
  /** Naive UTC, for metadata that has no times. */
  writtenAt: string;
}

/**
 * The three files of a documented `session_<uuid>/` as one session file: the metadata with what is missing after it, the
 * parameters and fragments as they are written in theirs.
 *
 * @throws UnusableDocument when the result would not be one that the program reads, or would have to lose something
 */
export function joinSession(parts: SessionParts): Buffer {
  const text = part('metadata.json', parts.metadata);
  const whole = wholeValue(text);
  if (!isObjectAt(text, whole)) throw new UnusableDocument('metadata.json does not hold an object.');
  const members = objectAt(text, whole);
  const last = [...members.values()].at(-1);
  if (!last) throw new UnusableDocument('metadata.json is empty.');

  const added: [string, string][] = [];
  const missing = (key: string, value: string) => {
    if (!members.has(key)) added.push([key, JSON.stringify(value)]);
  };
  const joined = (key: string, file: string, bytes: Buffer | undefined, list: boolean) => {
    if (bytes === undefined) {
      if (!members.has(key)) added.push([key, list ? '[]' : '{}']);
      return;
    }
    if (members.has(key)) throw new UnusableDocument(`metadata.json has ${key} too, and ${file} has others.`);
    added.push([key, valueIn(file, bytes, key, list)]);
  };
  missing('session_id', parts.id);
  missing('group', unassignedGroup);
  joined('global_parameters', 'parameters.json', parts.parameters, false);
  joined('fragments', 'fragments.json', parts.fragments, true);
  missing('created_at', parts.writtenAt);
  missing('updated_at', textAt(text, members.get('created_at')) ?? parts.writtenAt);
  const result = Buffer.from(edited(text, [insertAfter(text, last, added)]));
  const problem = sessionProblem(`${parts.id}.json`, readPythonJson(result, sessionLimit));
  if (problem !== undefined) throw new UnusableDocument(problem);
  return result;
}

function part(file: string, bytes: Buffer): string {
  try {
    return usable(readJson(bytes)).text;
  } catch (error) {
    if (!(error instanceof UnusableDocument)) throw error;
    throw new UnusableDocument(`${file}: ${error.message}`);
  }
}

/** The text of the value, out of `{"fragments": […]}` where that is all there is. */
function valueIn(file: string, bytes: Buffer, key: string, list: boolean): string {
  const text = part(file, bytes);
  const fits = (place: Place) => (list ? isArrayAt(text, place) : isObjectAt(text, place));
  const whole = wholeValue(text);
  if (isObjectAt(text, whole)) {
    const members = [...membersOf(text, whole.start)];
    const only = members.length === 1 ? members[0] : undefined;
    if (only?.key === key && fits(only)) return text.slice(only.start, only.end);
  }
  if (!fits(whole)) throw new UnusableDocument(`${file} does not hold ${list ? 'a list' : 'an object'}.`);
  return text.slice(whole.start, whole.end);
}

/** Milliseconds since 1970 as Python's naive UTC. */
export function naiveTime(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds)).toISOString().slice(0, -1)}000`;
}
