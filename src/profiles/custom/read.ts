import path from 'node:path';
import { HoldfastError, isAbsent } from '../../engine/errors.ts';
import { checkedPath } from '../../engine/names.ts';
import { parseJson } from '../../engine/root/json-text.ts';
import type { ProfileView } from '../profile.ts';
import { CustomProfile, customProfileFile } from './schema.ts';

/**
 * The profile that the workspace brings itself; `undefined` when it brings none.
 *
 * @throws INVALID_CONFIG naming the field, also for a file that is there and cannot be read: it may name the root
 */
export function readCustomProfile({ fs, workspace, platform }: ProfileView): CustomProfile | undefined {
  const file = path.join(workspace, customProfileFile);
  const invalid = (why: string) =>
    new HoldfastError('INVALID_CONFIG', `${customProfileFile} cannot be used: ${why}.`, {
      path: file,
      hint: 'Correct it; docs/migrations/custom.md has an example that works.',
    });
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  const json = parseJson(text, true);
  if ('problem' in json) throw invalid(json.problem);
  const parsed = CustomProfile.safeParse(json.value);
  if (!parsed.success) {
    const { path: keys, message } = parsed.error.issues[0]!;
    throw invalid(`${fieldName(keys)}: ${message}`);
  }
  for (const [index, { to }] of parsed.data.legacy.entries()) {
    try {
      checkedPath(to, platform);
    } catch (error) {
      throw invalid(`legacy[${index}].to: ${(error as Error).message.replace(/\.$/, '')}`);
    }
  }
  return parsed.data;
}

/** `areas[2].globs[0]`, as people write it. */
function fieldName(keys: readonly PropertyKey[]): string {
  if (keys.length === 0) return 'the whole file';
  return keys
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('');
}
