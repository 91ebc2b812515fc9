import { join } from 'node:path';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { parentOf, systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import type { PlacementHome } from './home.ts';
import { foldsNames, lstatOf } from './plan.ts';

/** A directory that the base does not have yet, staged with all that goes into it: one rename puts it into place. */
export interface StagedTree {
  path: string;
  number: number;
  /** Files, links and directories in it, at any depth. */
  holds: number;
}

interface StagedDirectory {
  at: string;
  tree: StagedTree;
}

/** The longest staged directory: beyond, no room is left below the system's limit of 4096 bytes for a file's name. */
const longest = 3800;

/**
 * Where new files are staged: in a directory that is yet to be made under their own names, otherwise under numbers. A
 * rename for each of a hundred thousand files takes as long as writing them.
 */
export class StagedPlaces {
  readonly #ports: Ports;
  readonly #home: PlacementHome;
  readonly #byName: boolean;
  /** By path: a number, or the directory that it is staged in under its own name. */
  readonly #places = new Map<string, number | StagedDirectory>();
  /** By path; null for one that is not staged. */
  readonly #directories = new Map<string, StagedDirectory | null>([['.', null]]);
  #used = 0;

  constructor(ports: Ports, home: PlacementHome) {
    this.#ports = ports;
    this.#home = home;
    // Windows renames no directory in which anybody (a virus scanner, say) has a file open.
    this.#byName = ports.platform !== 'win32' && !foldsNames(ports, home.base);
  }

  has(path: string): boolean {
    return this.#places.has(path);
  }

  /** Its name among what is staged; `undefined` in a tree. */
  numberOf(path: string): number | undefined {
    const place = this.#places.get(path);
    return typeof place === 'number' ? place : undefined;
  }

  /** Where it is staged, in the form that file calls take. */
  at(path: string): string {
    const place = this.#places.get(path);
    return typeof place === 'object'
      ? systemPath(`${place.at}/${nameOf(path)}`)
      : join(this.#home.staged, String(place));
  }

  /** Whether a path lies in a directory that is staged as a whole. */
  isInTree(path: string): boolean {
    return Boolean(this.#directories.get(parentOf(path)));
  }

  /** The tree whose first directory this is. */
  treeAt(path: string): StagedTree | undefined {
    const tree = this.#directories.get(path)?.tree;
    return tree?.path === path ? tree : undefined;
  }

  isStagedDirectory(path: string): boolean {
    return Boolean(this.#directories.get(path));
  }

  trees(): StagedTree[] {
    return [...this.#directories].flatMap(([path]) => this.treeAt(path) ?? []);
  }

  /** In the form that file calls take. */
  directories(): string[] {
    return [...this.#directories.values()].flatMap(one => (one ? [systemPath(one.at)] : []));
  }

  /** @returns `at` */
  add(path: string): string {
    const directory = this.#directories.get(path) ? null : this.#directoryAt(parentOf(path));
    if (directory) directory.tree.holds++;
    this.#places.set(path, directory ?? this.#used++);
    return this.at(path);
  }

  /** To be called when the file is gone. */
  drop(path: string): void {
    const place = this.#places.get(path);
    if (typeof place === 'object') place.tree.holds--;
    this.#places.delete(path);
  }

  /** Removes from the trees the files that are not to be placed after all. */
  keepFiles(files: ReadonlySet<string>): void {
    for (const [path, place] of this.#places) {
      if (typeof place === 'number' || files.has(path)) continue;
      this.#ports.fs.rmSync(this.at(path), { force: true });
      this.drop(path);
    }
  }

  /**
   * Removes the directories that are not to be made after all.
   *
   * @throws CONFLICT when something in one is to be placed
   */
  keepDirectories(directories: ReadonlySet<string>): void {
    const { fs } = this.#ports;
    for (const [path, one] of [...this.#directories].reverse()) {
      if (!one || directories.has(path)) continue;
      try {
        fs.rmdirSync(systemPath(one.at));
      } catch (error) {
        if (isAbsent(error) || !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
        throw new HoldfastError('CONFLICT', 'Something else is where a directory should be.', {
          path,
          hint: 'Nothing was changed. Look at what lies there, then run the command again.',
        });
      }
      if (one.tree.path !== path) one.tree.holds--;
      this.#directories.delete(path);
    }
  }

  #directoryAt(path: string): StagedDirectory | null {
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const made = this.#byName && !this.#places.has(path) ? this.#make(path) : null;
    this.#directories.set(path, made);
    return made;
  }

  #make(path: string): StagedDirectory | null {
    const parent = this.#directoryAt(parentOf(path));
    if (!parent && lstatOf(this.#ports, this.#home.base, path)) return null;
    const at = parent ? join(parent.at, nameOf(path)) : join(this.#home.staged, String(this.#used));
    if (Buffer.byteLength(at) > longest) return null;
    this.#ports.fs.mkdirSync(systemPath(at), { mode: 0o700 });
    if (!parent) return { at, tree: { path, number: this.#used++, holds: 0 } };
    parent.tree.holds++;
    return { at, tree: parent.tree };
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
