import type { Omission } from '../../protocol/common.ts';

/** A heading and one line per path that was left out, with its reason. */
export function omissionLines(title: string, omitted: readonly Omission[]): string[] {
  return [`# ${title}`, '', ...omitted.map(({ path, reason }) => `- \`${path}\`: ${reason}`), ''];
}

/** `key: value` lines under a heading; empty values are left out. */
export function factLines(
  title: string,
  facts: readonly (readonly [string, string | number | null | undefined])[],
): string[] {
  const known = facts.filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return [`# ${title}`, '', ...known.map(([name, value]) => `- ${name}: ${value}`), ''];
}
