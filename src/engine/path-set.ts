/** Paths that somebody chose, and what lies below them. Asking costs as much as the path has parts, however many there are. */
export class PathSet {
  readonly #chosen: ReadonlySet<string>;
  readonly #above = new Set<string>();

  /** @param paths in Holdfast's form; the empty path is the root */
  constructor(paths: readonly string[]) {
    this.#chosen = new Set(paths);
    for (const path of paths) for (const parent of parentsOf(path)) this.#above.add(parent);
  }

  /** Whether a path is chosen, or lies below one that is. */
  covers(path: string): boolean {
    if (this.#chosen.has(path)) return true;
    if (this.#chosen.size === 0) return false;
    for (const parent of parentsOf(path)) if (this.#chosen.has(parent)) return true;
    return false;
  }

  /** Whether a path is chosen, or leads to one that is. */
  leadsTo(path: string): boolean {
    return this.#chosen.has(path) || this.#above.has(path);
  }
}

function* parentsOf(path: string): Generator<string> {
  if (path === '') return;
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
  yield '';
}
