import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemPath } from '../../engine/names.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import { walkFiles } from '../../engine/root/walk-files.ts';
import type { LegacySource, ProfileView } from '../profile.ts';
import { namesIn, realPath } from '../reading/directories.ts';
import { type DataPlace, isInside } from './places.ts';

const archive = /\.tar(?:\.(?:gz|bz2|xz))?$/;
const sidecar = /\.tar(?:\.(?:gz|bz2|xz))?\.sha256$/;

/** An archive as the program's scripts or its documents name it, or the digest beside one. */
export function isBackupName(name: string): boolean {
  return /_(?:daily|weekly|monthly)_\d{8}_\d{6}\.tar|^doco_(?:data|sessions)_backup_.*\.tar/.test(name);
}

/** Directories that hold backups: `backups/` of the workspace and of the data directories, and the workspace itself. */
export function backupDirectories(view: ProfileView, places: readonly DataPlace[]): string[] {
  const root = realPath(view, view.root);
  const own = [view.workspace, ...places.filter(place => !place.isRoot).map(place => place.path)];
  const found = own
    .map(place => path.join(place, 'backups'))
    .filter(place => namesIn(view, place).some(name => archive.test(name) || isTier(name) || name === 'manifest.json'))
    .filter(place => !isInside(realPath(view, place), root));
  const besides = namesIn(view, view.workspace).some(isBackupName) ? [view.workspace] : [];
  return [...new Set([...found, ...besides])];
}

function isTier(name: string): boolean {
  return name === 'daily' || name === 'weekly' || name === 'monthly';
}

/**
 * Backups stay outside the root, where a loss of the root does not take them too. Each is named; `holdfast backup
 * restore <file>` reads them.
 */
export function backupSource(view: ProfileView, directory: string): LegacySource {
  const files: string[] = [];
  if (directory === view.workspace) files.push(...namesIn(view, directory).filter(isBackupName));
  else
    walkFiles(
      view.fs,
      directory,
      name => files.push(name),
      () => false,
    );
  const shown = (name: string) => shownPath(view.workspace, path.join(directory, name));
  const omitted = files.map(name => ({ path: shown(name), reason: reasonFor(name) }));
  let warnings: LegacySource['warnings'] | undefined;
  return {
    id: directory === view.workspace ? 'backups beside the code' : shownPath(view.workspace, directory),
    title: 'Backups of the program',
    path: directory,
    entries: [],
    omitted,
    get warnings() {
      warnings ??= files
        .filter(name => archive.test(name))
        .filter(name => holdsSessions(view, path.join(directory, name)) === false)
        .map(name => ({
          path: shown(name),
          message: 'It holds no session: what it can bring back is not everything.',
        }));
      return warnings;
    },
  };
}

function reasonFor(name: string): string {
  if (archive.test(name))
    return 'A backup of the program. It stays outside the root; "holdfast backup restore" reads it.';
  if (sidecar.test(name)) return 'The digest of a backup; it stays beside it.';
  if (path.posix.basename(name) === 'manifest.json')
    return 'The list of the backups, with paths of the container that made them; it stays beside them.';
  return 'It lies among backups, which stay outside the root.';
}

const block = 512;
const looked = 64 * 1024 * 1024;

/** Whether a tar archive has something below `sessions/`; nothing when that cannot be seen. */
function holdsSessions({ fs }: ProfileView, file: string): boolean | undefined {
  try {
    if (!fs.lstatSync(systemPath(file)).isFile()) return undefined;
    if (file.endsWith('.gz')) {
      if (fs.lstatSync(systemPath(file)).size > looked) return undefined;
      const all = gunzipSync(fs.readFileSync(systemPath(file)), { maxOutputLength: looked });
      return findSessions((offset, buffer) => all.copy(buffer, 0, offset, offset + block));
    }
    if (!file.endsWith('.tar')) return undefined;
    const handle = fs.openSync(systemPath(file), 'r');
    try {
      return findSessions((offset, buffer) => fs.readSync(handle, buffer, 0, block, offset));
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    // Damaged, too large or unreadable: restoring will say so.
    return undefined;
  }
}

/** Reads headers only. Long names stand in records of their own, which the plain name shortens: still a path below. */
function findSessions(read: (offset: number, buffer: Buffer) => number): boolean | undefined {
  const header = Buffer.alloc(block);
  const text = (from: number, to: number) => header.toString('latin1', from, to).replace(/\0[\s\S]*$/, '');
  let offset = 0;
  for (let count = 0; count < 100_000; count++) {
    if (read(offset, header) < block) return undefined;
    if (header.every(byte => byte === 0)) return false;
    if (text(257, 262) !== 'ustar') return undefined;
    const size = Number.parseInt(text(124, 136).trim() || '0', 8);
    if (!Number.isSafeInteger(size)) return undefined;
    if (/(?:^|\/)sessions\/./.test(`${text(345, 500)}/${text(0, 100)}`)) return true;
    offset += block + Math.ceil(size / block) * block;
  }
  return undefined;
}
