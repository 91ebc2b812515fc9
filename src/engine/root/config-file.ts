import path from 'node:path';
import type { FileCalls } from '../ports.ts';
import { configurationText } from './configuration-text.ts';
import { isObject, parseJson } from './json-text.ts';

/** What a file says about the root: the text as found, nothing, or why nobody can know. */
export type Finding = { value: string } | { unset: string } | { problem: string };

/**
 * Looks up a path of keys in an application's JSON config. A file that is there but cannot be understood is a problem,
 * not an absence: the application itself may know what we do not (design rule 8).
 */
export function findInConfig(fs: FileCalls, workspace: string, file: string, keys: readonly string[]): Finding {
  const read = configurationText(fs, path.join(workspace, file));
  if (read === undefined) return { unset: `There is no ${file}.` };
  const parsed = 'problem' in read ? read : parseJson(read.text);
  if ('problem' in parsed) return { problem: `${file} cannot be used: ${parsed.problem}.` };
  let value = parsed.value;
  const seen: string[] = [];
  for (const key of keys) {
    if (value === undefined || value === null) break;
    if (!isObject(value)) return { problem: `${file} cannot be used: ${seen.join('.') || 'it'} is not an object.` };
    value = Object.hasOwn(value, key) ? value[key] : undefined;
    seen.push(key);
  }
  const name = keys.join('.');
  if (value === undefined || value === null) return { unset: `${file} has no ${name}.` };
  if (typeof value !== 'string') return { problem: `${file} cannot be used: ${name} is not a text.` };
  return value.trim() === '' ? { unset: `${name} in ${file} is empty.` } : { value };
}
