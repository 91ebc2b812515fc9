import path from 'node:path';
import { isObject } from '../../engine/root/json-text.ts';
import type { SessionFacts } from '../profile.ts';
import { type BoundedJson, readPythonJson, usable } from '../reading/bounded-json.ts';
import { textOf, timeOf } from '../reading/python-text.ts';
import { isUuid } from '../reading/uuid.ts';
import { sessionDirectoryId } from './places.ts';

export const sessionLimit = 16 * 1024 * 1024;

/** What the program would say about a session file; one that it cannot read keeps its server from starting. */
export function sessionProblem(name: string, json: BoundedJson): string | undefined {
  let session: unknown;
  try {
    session = usable(json).value;
  } catch (error) {
    return (error as Error).message;
  }
  if (!isObject(session)) return 'It does not hold an object.';
  for (const key of ['session_id', 'template_id', 'group', 'created_at', 'updated_at'])
    if (typeof session[key] !== 'string') return `It has no ${key}, or not as a text.`;
  const { alias, global_parameters: parameters, fragments } = session;
  if (alias !== undefined && alias !== null && typeof alias !== 'string') return 'Its alias is not a text.';
  if (parameters !== undefined && !isObject(parameters)) return 'Its global_parameters are not an object.';
  if (fragments !== undefined && !Array.isArray(fragments)) return 'Its fragments are not a list.';
  const broken = (fragments ?? []).findIndex(one => !isObject(one) || typeof one.fragment_id !== 'string');
  if (broken >= 0) return `Its fragment ${broken + 1} has no fragment_id.`;
  const id = path.basename(name, '.json');
  if (!isUuid(id)) return 'Its name is no session id, and still the program takes it for a session.';
  if (session.session_id !== id) return 'Its session_id is not that of its name.';
  return undefined;
}

/**
 * What a session says about itself: `sessions/<uuid>.json`, or the `metadata.json` of a documented `session_<uuid>/`.
 * It has no title of its own: its alias stands for one, else the title parameter, else the template.
 *
 * @throws when it is none, with a reason for people
 */
export function readSession(file: string, bytes: Buffer): SessionFacts {
  const session = usable(readPythonJson(bytes, sessionLimit)).value;
  if (!isObject(session)) throw new Error('Not a session: it does not hold an object.');
  const documented = sessionDirectoryId(path.basename(path.dirname(file)));
  if (typeof session.template_id !== 'string') throw new Error('Not a session: it has no template_id.');
  if (documented === undefined && typeof session.group !== 'string') throw new Error('Not a session: it has no group.');
  const parameters = isObject(session.global_parameters) ? session.global_parameters : {};
  const createdAt = timeOf(session.created_at);
  const updatedAt = timeOf(session.updated_at) ?? createdAt;
  return {
    id: documented ?? path.basename(file, '.json'),
    title: textOf(session.alias) || textOf(parameters.title) || session.template_id,
    description: `Template ${session.template_id}`,
    owner: textOf(session.group),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}
