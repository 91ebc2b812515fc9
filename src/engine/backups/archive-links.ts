import { foldedName, systemPath } from '../names.ts';

/** Whether a link's text, taken by itself, leads out of the directory that the archive is unpacked into. */
export function leadsOutside(path: string, target: string): boolean {
  if (target.startsWith('/') || /^[a-z]:/i.test(target) || target.startsWith('\\')) return true;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split(/[/\\]/)) {
    if (part === '..') {
      if (parts.pop() === undefined) return true;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return false;
}

/** The longest text that Linux gives a link, in bytes. */
const longestTarget = 4095;

/** Whether no link can have this text, whatever it would lead to: making it would fail. */
export function isImpossible(target: string): boolean {
  return target === '' || target.includes('\0') || Buffer.byteLength(systemPath(target)) > longestTarget;
}

/** As many as Linux follows before it gives up. */
const mostFollowed = 40;
const mostParts = 1000;

/**
 * The links of an archive taken together: after `up → ../..`, the text `up/../x` leads outside although each of the two
 * stays inside by itself. Names are compared by their fold, since the file system may do so.
 */
export class ArchiveLinks {
  readonly #targets = new Map<string, string>();
  readonly #separator: RegExp;

  constructor(platform: NodeJS.Platform, links: Iterable<{ path: string; target?: string | undefined }>) {
    this.#separator = platform === 'win32' ? /[/\\]/ : /\//;
    for (const { path, target } of links) this.#targets.set(foldedName(path), target ?? '');
  }

  /** Whether whoever follows the link at `path` is led outside; one that is too long to be followed counts too. */
  leadOutside(path: string, target: string): boolean {
    const here = path.split('/').slice(0, -1);
    const coming = target.split(this.#separator).reverse();
    let followed = 0;
    for (let parts = 0; coming.length > 0; parts++) {
      if (parts > mostParts || coming.length > mostParts) return true;
      const part = coming.pop()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (here.pop() === undefined) return true;
        continue;
      }
      here.push(part);
      const next = this.#targets.get(foldedName(here.join('/')));
      if (next === undefined) continue;
      // A link that leads to itself leads nowhere.
      if (++followed > mostFollowed) return false;
      here.pop();
      coming.push(...next.split(this.#separator).reverse());
    }
    return false;
  }
}
