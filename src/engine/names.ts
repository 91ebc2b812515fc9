import path from 'node:path';
import { HoldfastError } from './errors.ts';

/**
 * Names as Holdfast keeps them: relative to the root, `/` between the parts, never empty, `.` or `..`. A byte that is
 * not part of valid UTF-8 stands as the lone surrogate U+DC80…U+DCFF (as Python's "surrogateescape" does), so every
 * name of the system has exactly one form here and back.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name from the bytes that the system gave. */
export function nameFromBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    let name = '';
    for (let at = 0; at < bytes.length; ) {
      const length = [1, 2, 3, 4].find(size => {
        try {
          utf8.decode(bytes.subarray(at, at + size));
          return at + size <= bytes.length;
        } catch {
          return false;
        }
      });
      name += length ? utf8.decode(bytes.subarray(at, at + length)) : String.fromCharCode(0xdc00 + bytes[at]!);
      at += length ?? 1;
    }
    return name;
  }
}

/** The path in the form that file calls take: bytes where a name is not UTF-8. */
export function systemPath(path: string): string {
  if (path.isWellFormed()) return path;
  const parts: Buffer[] = [];
  for (const character of path) {
    const code = character.charCodeAt(0);
    const escaped = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    parts.push(escaped ? Buffer.of(code - 0xdc00) : Buffer.from(character));
  }
  // The file calls accept bytes wherever they accept a string; typing every call for both would help no reader.
  return Buffer.concat(parts) as unknown as string;
}

const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** Why `name` cannot be the name of a file or directory here; `undefined` when it can. */
export function nameProblem(name: string, platform: NodeJS.Platform): string | undefined {
  if (name === '') return 'an empty name';
  if (name === '.' || name === '..') return `"${name}" as a name`;
  if (name.includes('/')) return 'a "/" inside a name';
  if (name.includes('\0')) return 'a zero byte in a name';
  if (platform !== 'win32') return undefined;
  if (/[\\:*?"<>|\u0001-\u001f]/.test(name)) return `a character that Windows does not allow: "${name}"`;
  if (/[. ]$/.test(name)) return `a name that ends in a dot or space: "${name}"`;
  if (reservedOnWindows.test(name)) return `a name that Windows reserves: "${name}"`;
  return undefined;
}

/** Whether a path is in Holdfast's form: what a record says must not be able to lead out of the root. */
export function isInsidePath(path: string): boolean {
  return path.split('/').every(name => nameProblem(name, 'linux') === undefined);
}

/**
 * A path given by a person or an archive, checked and in Holdfast's form: `./a//b/` is `a/b`.
 *
 * @throws INVALID_NAME for an absolute path, one that leaves the root, or one that this system cannot hold
 */
export function checkedPath(given: string, platform: NodeJS.Platform): string {
  const text = platform === 'win32' ? given.replaceAll('\\', '/') : given;
  const refuse = (why: string) =>
    new HoldfastError('INVALID_NAME', `The path has ${why}.`, { path: given, hint: 'Give a path inside the root.' });
  if (text.startsWith('/') || (platform === 'win32' && /^[a-z]:/i.test(text))) throw refuse('an absolute name');
  const parts = text.split('/').filter(part => part !== '' && part !== '.');
  for (const part of parts) {
    const problem = nameProblem(part, platform);
    if (problem) throw refuse(problem);
  }
  return parts.join('/');
}

/** Names that collide on some file system have the same fold: case, and the compatibility forms of Unicode. */
export function foldedName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll('ß', 'ss').normalize('NFKC');
}

/** The directory that holds a path in Holdfast's form; `.` for one at the top. */
export function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end);
}

/** The path of what lies at `path` below `base`; either may be empty, for the root. */
export function below(base: string, path: string): string {
  return path === '' || base === '' ? `${base}${path}` : `${base}${base.endsWith('/') ? '' : '/'}${path}`;
}

/** Whether `path` is `ancestor` or lies below it; the empty path is the root. */
export function isWithin(path: string, ancestor: string): boolean {
  return ancestor === '' || path === ancestor || path.startsWith(`${ancestor}/`);
}

/** Whether `inner` is `directory` or lies below it, by their names; both absolute. */
export function contains(directory: string, inner: string): boolean {
  const relative = path.relative(directory, inner);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
