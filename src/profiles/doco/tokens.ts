import { systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { isObject } from '../../engine/root/json-text.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacySource, ProfileView } from '../profile.ts';
import { type BoundedJson, readJsonFile, UnusableDocument, usable } from '../reading/bounded-json.ts';

export type TokenGeneration = 'T1' | 'T2' | 'T3' | 'T4' | 'mixed' | 'unknown' | 'empty';

/**
 * Which generation a token store is of. In the first two the keys are the tokens themselves: nothing of the content
 * ever leaves this file, and errors quote none.
 *
 * @throws UnusableDocument when it is no JSON
 */
export function tokenGeneration(json: BoundedJson): { generation: TokenGeneration; entries: number; revoked: number } {
  const store: unknown = usable(json).value;
  if (!isObject(store)) throw new UnusableDocument('It does not hold an object.');
  const entries = Object.entries(store);
  const generations = new Set(entries.map(([key, value]) => generationOf(key, value)));
  // Later versions of one family add fields that older entries do not have.
  const latest = (older: TokenGeneration, newer: TokenGeneration) => {
    if (generations.has(newer)) generations.delete(older);
  };
  latest('T1', 'T2');
  latest('T3', 'T4');
  const generation = entries.length === 0 ? 'empty' : generations.size === 1 ? [...generations][0]! : 'mixed';
  const revoked = entries.filter(([, value]) => isObject(value) && value.status === 'revoked').length;
  return { generation, entries: entries.length, revoked };
}

function generationOf(key: string, value: unknown): TokenGeneration {
  if (!isObject(value)) return 'unknown';
  if (Array.isArray(value.groups)) return 'name' in value ? 'T4' : 'T3';
  if (typeof value.group !== 'string' || key.split('.').length !== 3) return 'unknown';
  return 'jti' in value || 'fingerprint' in value ? 'T2' : 'T1';
}

/** What to know of a token store; its content stays where it is. */
export function tokenWarnings(view: ProfileView, file: string): LegacySource['warnings'] {
  const path = shownPath(view.workspace, file);
  const warnings: LegacySource['warnings'] = [];
  const warn = (message: string) => warnings.push({ path, message });
  try {
    const stats = view.fs.lstatSync(systemPath(file));
    if (!stats.isFile()) return [{ path, message: 'Not a regular file; kept as it is.' }];
    if (view.platform !== 'win32' && (stats.mode & 0o077) !== 0)
      warn(`Others can read it here (mode ${(stats.mode & 0o777).toString(8)}).`);
    const json = readJsonFile(view.fs, file, 16 * 1024 * 1024);
    if (json === undefined) return warnings;
    const { generation, entries, revoked } = tokenGeneration(json);
    if (generation === 'T1' || generation === 'T2' || generation === 'mixed' || generation === 'unknown') {
      const what = generation.startsWith('T') ? `of generation ${generation}` : `of ${generation} generations`;
      warn(
        `A token store ${what} (${entries} entries): programs since 2025-12-15 take it for empty and overwrite it with ` +
          'the next token. It is kept as it is.',
      );
    }
    if (revoked > 0)
      warn(`${revoked} of ${entries} tokens are revoked: going back to an older copy makes them valid again.`);
  } catch (error) {
    if (error instanceof UnusableDocument) warn(`${error.message} Kept as it is; the program takes it for empty.`);
    else if (systemCode(error) !== undefined) warn(`It cannot be checked (${systemCode(error)}).`);
    else throw error;
  }
  return warnings;
}
