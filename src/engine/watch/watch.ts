import path from 'node:path';
import { type Context, vaultName } from '../context.ts';
import { temporarySuffix } from '../durable.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { isWithin } from '../names.ts';
import { Burst } from './burst.ts';
import { chokidarNotifier } from './chokidar-notifier.ts';
import { DirectoryNotifier } from './directory-notifier.ts';
import { type Notifier, type StartNotifier, somewhere } from './notifier.ts';
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
  /** How the system tells of changes. Default: as this system does it best. */
  notifier?: StartNotifier | undefined;
}

/** Changes within this time (milliseconds) are reported together. */
const coalescing = 200;

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
  refuseTooMuch(context);
  const burst = new Burst(coalescing, onChange);
  let rescan: Rescan | undefined;
  let closing: Promise<void> | undefined;

  const onError = (error: unknown) => {
    if (rescan || closing) return;
    rescan = new Rescan(context, isOwn, options.rescanInterval ?? 30_000, () => burst.add(somewhere));
    burst.add(somewhere);
    // Not before there is one to close: an error may come while it starts.
    void Promise.resolve().then(() => notifier.close());
    options.onProblem?.(watchProblem(context.root, error));
  };
  const notifier: Notifier = (options.notifier ?? usual(context))(context, {
    ignored: isOwn,
    onChange: path => {
      if (path !== vaultName) burst.add(path);
    },
    onError,
  });
  const close = async () => {
    burst.close();
    await Promise.all([notifier.close(), rescan?.close()]);
  };
  return { ready: notifier.ready, close: () => (closing ??= close()) };
}

/** Linux has no watch of a whole tree; elsewhere one of a directory does not tell of what is written into its files. */
function usual({ ports }: Context): StartNotifier {
  return ports.platform === 'linux' ? (...given) => new DirectoryNotifier(...given) : chokidarNotifier;
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
    ...(isLimit(error) && {
      hint: 'The system watches only so many directories at once; on Linux, raise fs.inotify.max_user_watches.',
    }),
    cause: error,
  });
}

function isLimit(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(systemCode(error) ?? '');
}
