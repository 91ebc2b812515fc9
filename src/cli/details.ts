import type { Candidate } from '../protocol/root.ts';
import { number, type Style } from './format.ts';
import { printable } from './printable.ts';
import { candidateLines } from './root.ts';

const shownAtMost = 20;

function itemText(item: unknown): string | undefined {
  if (typeof item === 'string') return printable(item);
  if (typeof item !== 'object' || item === null) return undefined;
  const part = (key: string): string | undefined => {
    const value = (item as Record<string, unknown>)[key];
    return typeof value === 'string' ? printable(value) : undefined;
  };
  const place = part('path') ?? part('target') ?? part('source') ?? part('id');
  const why = part('reason') ?? part('message');
  return place === undefined ? why : why === undefined ? place : `${place}  — ${why}`;
}

/**
 * The details of an error for people: the lists in it (ids that fit, paths in conflict), and the candidates of a root.
 * Programs get them whole with `--json`.
 */
export function detailLines(style: Style, details: unknown): string[] {
  if (typeof details !== 'object' || details === null) return [];
  return Object.entries(details).flatMap(([key, list]) => {
    if (!Array.isArray(list)) return [];
    if (key === 'candidates') return candidateLines(style, list as Candidate[]);
    const lines = list.map(itemText).filter(text => text !== undefined);
    const more = lines.length - shownAtMost;
    return [
      ...lines.slice(0, shownAtMost).map(text => `  ${text}`),
      ...(more > 0 ? [`  ${style.dim(`… and ${number(more)} more (all of them with --json)`)}`] : []),
    ];
  });
}
