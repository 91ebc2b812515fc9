import { isObject } from '../../engine/root/json-text.ts';
import { readJson } from '../reading/bounded-json.ts';
import { workspaceState } from './state-schema.ts';

const checkedLimit = 16 * 1024 * 1024;

/**
 * What to know before the program opens a state file, which is in today's shape already: what would make it replace the
 * file, and what it will drop. Names places in the file, never what stands there.
 */
export function stateWarnings(bytes: Buffer): string[] {
  if (bytes.length > checkedLimit) return ['It is larger than 16 MiB, so its content was not checked.'];
  const json = readJson(bytes);
  if ('kind' in json || !isObject(json.value)) return [];
  const warnings: string[] = [];
  const { success, error } = workspaceState.safeParse(json.value);
  if (!success) {
    const places = [...new Set(error.issues.map(issue => issue.path.map(placeName).join('.')))];
    const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
    warnings.push(
      `The versions of the program known here do not understand all of it (${places.slice(0, 3).join(', ')}${more}): ` +
        'such a version would replace the whole file with demonstration data. Keep a snapshot.',
    );
  }
  const { snapshot } = json.value;
  const items = isObject(snapshot) && Array.isArray(snapshot.recoveryItems) ? snapshot.recoveryItems : [];
  const expiring = items.map(item => (isObject(item) ? item.expiresAt : undefined)).filter(isDate);
  if (expiring.length > 0) {
    const first = isoDate(expiring.reduce((one, other) => Math.min(one, other)));
    const last = isoDate(expiring.reduce((one, other) => Math.max(one, other)));
    warnings.push(
      `${expiring.length} of ${items.length} recovery items expire (${first === last ? first : `${first} to ${last}`}): ` +
        'they are kept here, and the program forgets them when it next opens the file after that.',
    );
  }
  const mapped = items.filter(item => isObject(item) && Array.isArray(item.restoreMappings)).length;
  if (mapped > 0)
    warnings.push(
      `${mapped} recovery items name files in the Trash by their full path. Those files stay where they are.`,
    );
  return warnings;
}

/** A key as the program has it, or a number; other keys are the user's data. */
function placeName(part: PropertyKey): string {
  return typeof part === 'number' || /^\w{1,40}$/.test(String(part)) ? String(part) : '…';
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < 1e11;
}

/** Seconds since 2001 as RFC 3339. */
export function isoDate(seconds: number): string {
  return new Date((seconds + 978_307_200) * 1000).toISOString();
}
