import path from 'node:path';
import { watch as chokidarWatch } from 'chokidar';
import { type Context, vaultName } from '../context.ts';
import { temporarySuffix } from '../durable.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { isWithin } from '../names.ts';
import { Burst } from './burst.ts';
import { Rescan } from './rescan.ts';

export interface RootWatcher {
  /** Resolves once every change from now on is noticed. */
  ready: Promise<void>;
  /** Nothing is reported any more, and nothing is left running. */
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Told once when changes can no longer be noticed as they happen and the root is looked through instead. */
  onProblem?: ((problem: HoldfastError) => void) | undefined;
  /** Milliseconds between two looks then. Default: half a minute. */
  rescanInterval?: number | undefined;
  /** Handed in by tests. */
  watch?: typeof chokidarWatch | undefined;
}

/** Changes within this time (milliseconds) are reported together. */
const coalescing = 200;
/** The path of the root itself: something changed, and it is not known where. */
export const somewhere = '.';

/**
 * Tells what changes in the root, as hints: look there again. A path may be reported that did not change, and several
 * changes of one path are one. Of the vault only the audit trail is reported, and Holdfast's temporary files never.
 *
 * @param onChange takes root-relative paths; `.` is the root itself, and anything in it
 * @throws ROOT_UNUSABLE for a root that holds the home directory or the whole file system: watching it would never end
 */
export function watchRoot(
  context: Context,
  onChange: (paths: string[]) => void,
  options: WatchOptions = {},
): RootWatcher {
  const { root } = context;
  refuseTooMuch(context);
  const burst = new Burst(coalescing, onChange);
  const ignored = (relative: string) => isOwn(relative);
  const ready = Promise.withResolvers<void>();
  let rescan: Rescan | undefined;

  const watcher = (options.watch ?? chokidarWatch)(root, {
    ignored: full => ignored(rootRelative(root, full)),
    ignoreInitial: true,
    followSymlinks: false,
    // What cannot be read is reported by whoever reads it.
    ignorePermissionErrors: true,
    // It would hold changes back and hide what editors call temporary; bursts are gathered here.
    atomic: false,
  });
  let closing: Promise<void> | undefined;
  watcher.on('all', (_, full) => {
    const path = rootRelative(root, full) || somewhere;
    if (path !== vaultName) burst.add(path);
  });
  watcher.on('ready', () => ready.resolve());
  watcher.on('error', error => {
    if (rescan || closing) return;
    void watcher.close();
    // Closing takes all listeners away, and an error that nobody hears would end the process.
    watcher.on('error', () => {});
    rescan = new Rescan(context, ignored, options.rescanInterval ?? 30_000, () => burst.add(somewhere));
    burst.add(somewhere);
    ready.resolve();
    options.onProblem?.(watchProblem(root, error));
  });

  const close = async () => {
    burst.close();
    ready.resolve();
    const closed = watcher.close();
    watcher.on('error', () => {});
    await Promise.all([closed, rescan?.close()]);
  };
  return { ready: ready.promise, close: () => (closing ??= close()) };
}

function rootRelative(root: string, full: string): string {
  const relative = path.relative(root, full);
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}

/** Grows with every operation of any process on this root, so it tells that snapshots, backups or migrations changed. */
export const auditDirectory = `${vaultName}/audit`;

/** What is about to get its name, and the vault but for the way to the audit trail. */
function isOwn(relative: string): boolean {
  if (relative.endsWith(temporarySuffix)) return true;
  return isWithin(relative, vaultName) && relative !== vaultName && !isWithin(relative, auditDirectory);
}

function refuseTooMuch({ ports: { fs, home }, root }: Context): void {
  const real = (directory: string) => {
    try {
      return fs.realpathSync(directory);
    } catch (error) {
      if (isAbsent(error)) return path.resolve(directory);
      throw error;
    }
  };
  const fromRoot = path.relative(real(root), real(home));
  if (fromRoot.startsWith('..') || path.isAbsolute(fromRoot)) {
    if (path.dirname(real(root)) !== real(root)) return;
  }
  throw new HoldfastError('ROOT_UNUSABLE', 'A root that holds the home directory or the file system is not watched.', {
    path: root,
    hint: 'Choose a directory of its own as the root: holdfast root show says where it comes from.',
  });
}

function watchProblem(root: string, error: unknown): HoldfastError {
  const why = error instanceof Error ? error.message : String(error);
  return new HoldfastError('FAILED', `Changes in the root are noticed late from now on: ${why}.`, {
    path: root,
    hint: 'The system watches only so many directories at once; on Linux, raise fs.inotify.max_user_watches.',
    cause: error,
  });
}
