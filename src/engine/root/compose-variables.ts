import path from 'node:path';
import type { FileCalls } from '../ports.ts';
import { configurationText } from './configuration-text.ts';

/**
 * `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` as Docker Compose puts them in; `$$` is a dollar sign.
 * A variable without value or default is `missing`: Compose would put an empty text there, and we would guess.
 */
export function interpolate(text: string, variables: Record<string, string>): { text: string } | { missing: string } {
  let missing: string | undefined;
  const result = text.replaceAll(
    /\$(?:\$|([a-z_][a-z0-9_]*)|\{([a-z_][a-z0-9_]*)(?:(:?[-?])([^}]*))?\})/gi,
    (whole, plain: string | undefined, braced: string | undefined, operator: string | undefined, word = '') => {
      if (whole === '$$') return '$';
      const name = plain ?? braced ?? '';
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value) return value;
      if (operator === ':-' || (operator === '-' && value === undefined)) return word;
      missing ??= name;
      return '';
    },
  );
  return missing === undefined ? { text: result } : { missing };
}

/** The plain `NAME=value` lines of the `.env` beside a compose file; anything more elaborate is left out. */
export function readDotEnv(fs: FileCalls, workspace: string): Record<string, string> {
  const read = configurationText(fs, path.join(workspace, '.env'));
  // A variable that was only defined here is reported as not set.
  if (read === undefined || 'problem' in read) return {};
  const variables: Record<string, string> = {};
  for (const line of read.text.split(/\r?\n/)) {
    const [, name, quote, quoted, bare] =
      /^(?:export\s+)?([a-z_]\w*)=(?:(["'])(.*)\2|([^#]*?))\s*(?:#.*)?$/i.exec(line) ?? [];
    if (name) variables[name] = (quote ? quoted : bare) ?? '';
  }
  return variables;
}
