import path from 'node:path';
import { vaultName } from '../context.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import type { Ports } from '../ports.ts';

type Disk = Pick<Ports, 'fs' | 'platform' | 'home'>;

/**
 * Why a directory cannot be the root (contract: `ROOT_UNUSABLE`); `undefined` when it can. It need not exist, but its
 * parent must, except inside the workspace folder, where `root init` makes what is missing. Compares what the paths
 * lead to, so that a link cannot hide the home directory.
 */
export function rootProblem(disk: Disk, workspace: string, root: string): HoldfastError | undefined {
  const refuse = (message: string, hint: string) => new HoldfastError('ROOT_UNUSABLE', message, { path: root, hint });
  const elsewhere = 'Choose a directory of its own, for example data/workspace.';
  const place = locate(disk, root);
  if ('refusal' in place) return refuse(place.refusal, place.hint);

  const same = (a: string, b: string) => fold(disk, a) === fold(disk, b);
  const within = (inner: string, outer: string) =>
    same(inner, outer) || fold(disk, inner).startsWith(fold(disk, outer.endsWith(path.sep) ? outer : outer + path.sep));

  const real = path.join(place.real, ...place.missing);
  if (same(real, path.parse(real).root)) return refuse('The file system root cannot be the root.', elsewhere);
  const home = realOrGiven(disk, disk.home);
  if (same(real, home)) return refuse('The home directory cannot be the root.', elsewhere);
  const folder = realOrGiven(disk, workspace);
  if (same(real, folder)) {
    return refuse('The workspace folder itself cannot be the root: it also holds the program.', elsewhere);
  }
  if (within(home, real)) return refuse('A directory that holds the home directory cannot be the root.', elsewhere);
  if (within(folder, real)) return refuse('A directory that holds the workspace folder cannot be the root.', elsewhere);
  for (const form of [root, real]) {
    if (form.split(/[\\/]/).some(part => part.toLowerCase() === vaultName)) {
      return refuse(
        `A path inside a vault (${vaultName}) cannot be the root.`,
        'Choose the directory that holds the vault.',
      );
    }
  }
  if (place.missing.length > 1 && !within(real, folder)) {
    return refuse(
      'The parent directory of the root does not exist.',
      `Make ${path.dirname(root)} first, or correct the path.`,
    );
  }
  try {
    const { R_OK, W_OK, X_OK } = disk.fs.constants;
    disk.fs.accessSync(place.real, place.missing.length === 0 ? R_OK | W_OK | X_OK : W_OK | X_OK);
  } catch (error) {
    const what = place.missing.length === 0 ? 'The root' : `The directory ${place.real}, which is to hold the root,`;
    const why = systemCode(error) === 'EROFS' ? 'lies on a read-only file system' : 'is not writable';
    return refuse(`${what} ${why}.`, 'Change its owner or mode, or choose another directory.');
  }
  return undefined;
}

type Place = { real: string; missing: string[] } | { refusal: string; hint: string };

/** The deepest directory on the way to `root` that exists, by its real name, and the names that are missing below. */
function locate({ fs }: Disk, root: string): Place {
  const missing: string[] = [];
  for (let at = root; ; at = path.dirname(at)) {
    try {
      fs.lstatSync(at);
    } catch (error) {
      const code = systemCode(error);
      if ((code === 'ENOENT' || code === 'ENOTDIR') && path.dirname(at) !== at) {
        missing.unshift(path.basename(at));
        continue;
      }
      return { refusal: `The root cannot be reached (${code}): ${at}`, hint: 'Check the path and its permissions.' };
    }
    try {
      const real = fs.realpathSync(at);
      if (fs.statSync(real).isDirectory()) return { real, missing };
      return missing.length === 0
        ? { refusal: 'The root is a file, not a directory.', hint: 'Move the file away or choose another path.' }
        : { refusal: `${at} is a file, so nothing can lie below it.`, hint: 'Correct the path.' };
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT' || code === 'ELOOP') {
        return {
          refusal: `${at} is a link that leads nowhere.`,
          hint: 'Make what it should lead to, or correct the link.',
        };
      }
      return { refusal: `The root cannot be reached (${code}): ${at}`, hint: 'Check the path and its permissions.' };
    }
  }
}

function realOrGiven({ fs }: Disk, given: string): string {
  try {
    return fs.realpathSync(given);
  } catch (error) {
    if (isAbsent(error)) return path.resolve(given);
    throw error;
  }
}

/** Windows and macOS usually do not tell names apart by case; taking two for one only refuses more. */
function fold({ platform }: Disk, name: string): string {
  return platform === 'win32' || platform === 'darwin' ? name.normalize('NFC').toLowerCase() : name;
}
