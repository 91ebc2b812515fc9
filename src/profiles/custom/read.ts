import path from 'node:path';
import { HoldfastError } from '../../engine/errors.ts';
import { checkedPath } from '../../engine/names.ts';
import { configurationText } from '../../engine/root/configuration-text.ts';
import { type ParsedJson, parseJson } from '../../engine/root/json-text.ts';
import type { ProfileView } from '../profile.ts';
import { type FieldProblem, furtherProblems, schemaProblems } from './problems.ts';
import { CustomProfile, customProfileFile } from './schema.ts';

const mostNamed = 5;

/**
 * The profile that the workspace brings itself; `undefined` when it brings none. JSON with comments, as VS Code's
 * settings.
 *
 * @throws INVALID_CONFIG naming every field that cannot be used (all of them in `details.fields`), also for a file that
 * is there and cannot be read: it may name the root
 */
export function readCustomProfile({ fs, workspace, platform }: ProfileView): CustomProfile | undefined {
  const file = path.join(workspace, customProfileFile);
  const invalid = (why: string, fields: FieldProblem[] = []) =>
    new HoldfastError('INVALID_CONFIG', `${customProfileFile} cannot be used: ${why}.`, {
      path: file,
      hint: 'Correct it; docs/migrations/custom.md has an example that works.',
      ...(fields.length > 0 ? { details: { fields } } : {}),
    });
  const refuse = (fields: FieldProblem[]) => {
    const named = fields.slice(0, mostNamed).map(({ field, problem }) => `${field} ${problem}`);
    if (fields.length > mostNamed) named.push(`and ${fields.length - mostNamed} more`);
    return invalid(named.join('; '), fields);
  };
  const read = configurationText(fs, file);
  if (read === undefined) return undefined;
  if ('problem' in read) throw invalid(read.problem);
  const json = parsed(read.text);
  if ('problem' in json) throw invalid(json.problem);
  const result = CustomProfile.safeParse(json.value);
  if (!result.success) throw refuse(schemaProblems(json.value, result.error.issues));
  const problems = furtherProblems(result.data, platform);
  if (problems.length > 0) throw refuse(problems);
  const legacy = result.data.legacy.map(one => ({ ...one, to: checkedPath(one.to, platform) }));
  return { ...result.data, legacy };
}

function parsed(text: string): ParsedJson {
  try {
    const json = parseJson(text, true);
    // The key `__proto__` has become a prototype there, and fields of that are none.
    return 'value' in json ? { value: structuredClone(json.value) } : json;
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) return { problem: 'it is nested too deeply' };
    throw error;
  }
}
