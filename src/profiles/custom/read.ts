import path from 'node:path';
import { HoldfastError, isAbsent, systemCode } from '../../engine/errors.ts';
import { checkedPath } from '../../engine/names.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { type ParsedJson, parseJson } from '../../engine/root/json-text.ts';
import type { ProfileView } from '../profile.ts';
import { type FieldProblem, furtherProblems, schemaProblems } from './problems.ts';
import { CustomProfile, customProfileFile } from './schema.ts';

const largest = 1024 * 1024;
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
  const read = textOf(fs, file);
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

function textOf(fs: FileCalls, file: string): { text: string } | { problem: string } | undefined {
  try {
    const stats = fs.statSync(file);
    // Reading a pipe would wait for whoever writes it.
    if (!stats.isFile()) return { problem: 'it is not a file' };
    if (stats.size > largest) return { problem: 'it is larger than 1 MiB' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file)) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const code = systemCode(error);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { problem: 'it is not UTF-8' };
    if (code === undefined) throw error;
    return { problem: `it cannot be read (${code})` };
  }
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
