import type * as z from 'zod';
import { vaultName } from '../../engine/context.ts';
import { checkedPath } from '../../engine/names.ts';
import { globProblem } from './globs.ts';
import type { CustomProfile } from './schema.ts';

/** A field that cannot be used. `problem` goes on where the name of the field ends; values are never quoted. */
export interface FieldProblem {
  /** As people write it: `areas[2].globs[0]`. */
  field: string;
  problem: string;
}

/** What the schema found, field by field. */
export function schemaProblems(value: unknown, issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  return issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({ field: fieldName([...issue.path, key]), problem: 'is not known' }));
    }
    return [{ field: fieldName(issue.path), problem: problemOf(value, issue) }];
  });
}

const kinds: Record<string, string> = {
  string: 'a text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
};

function problemOf(value: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return valueAt(value, issue.path) === undefined
      ? 'is missing'
      : `must be ${kinds[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code === 'too_big') return 'is too long';
  return issue.message;
}

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of keys) {
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  return at;
}

/** What no schema can say. */
export function furtherProblems(profile: CustomProfile, platform: NodeJS.Platform): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (keys: PropertyKey[], problem: string | undefined) => {
    if (problem !== undefined) problems.push({ field: fieldName(keys), problem });
  };
  const checkGlobs = (keys: PropertyKey[], globs: readonly string[]) => {
    for (const [index, glob] of globs.entries()) check([...keys, index], globProblem(glob));
  };
  const checkIds = (list: 'areas' | 'legacy') => {
    const seen = new Set<string>();
    for (const [index, { id }] of profile[list].entries()) {
      if (seen.has(id)) check([list, index, 'id'], 'is there twice');
      seen.add(id);
    }
  };
  for (const [index, { file }] of profile.root.config.entries()) {
    check(['root', 'config', index, 'file'], insidePathProblem(file, platform));
  }
  check(['root', 'default'], variableProblem(profile.root.default));
  checkIds('areas');
  for (const [index, { id, globs }] of profile.areas.entries()) {
    if (id === 'other') check(['areas', index, 'id'], 'must not be "other", which stands for files of no area');
    checkGlobs(['areas', index, 'globs'], globs);
  }
  checkIds('legacy');
  for (const [index, { path, to, files, exclude }] of profile.legacy.entries()) {
    check(['legacy', index, 'path'], variableProblem(path));
    check(['legacy', index, 'to'], insidePathProblem(to, platform) ?? vaultProblem(to, platform));
    checkGlobs(['legacy', index, 'files'], files);
    checkGlobs(['legacy', index, 'exclude'], exclude);
  }
  checkGlobs(['sessions', 'files'], profile.sessions?.files ?? []);
  return problems;
}

function insidePathProblem(path: string, platform: NodeJS.Platform): string | undefined {
  try {
    checkedPath(path, platform);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^The path has (.*)\.$/s, 'must not have $1');
  }
}

function vaultProblem(path: string, platform: NodeJS.Platform): string | undefined {
  const [first] = checkedPath(path, platform).split('/');
  return first?.toLowerCase() === vaultName ? `must not lead into ${vaultName}, which is Holdfast's own` : undefined;
}

/** Whether a variable is set is another question: one machine has it, another does not. */
function variableProblem(path: string): string | undefined {
  const unknown = [...path.matchAll(/\$\{([^}]*)\}/g)].some(
    ([, name = '']) => !/^(workspaceFolder|userHome|env:.+)$/s.test(name),
  );
  return unknown ? `has an unknown variable; known are \${workspaceFolder}, \${userHome} and \${env:NAME}` : undefined;
}

function fieldName(keys: readonly PropertyKey[]): string {
  if (keys.length === 0) return 'the file';
  return keys
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const text = String(key);
      if (!/^[\w$-]{1,60}$/.test(text)) return `[${JSON.stringify(text.slice(0, 60))}]`;
      return index > 0 ? `.${text}` : text;
    })
    .join('');
}
