import { type Context, vaultName } from '../engine/context.ts';
import { asHoldfastError, isAbsent } from '../engine/errors.ts';
import { isWithin } from '../engine/names.ts';
import { AutoCapture } from '../engine/sessions/auto-capture.ts';
import { somewhere } from '../engine/watch/notifier.ts';
import { auditDirectory, type RootWatcher, watchRoot } from '../engine/watch/watch.ts';
import type { Events } from './events.ts';

/** Takes one line for the person who looks for what went wrong. */
export type Log = (line: string) => void;

interface Watched {
  /** Path and identity of the directory: after a root was replaced, the old watcher looks at nothing. */
  directory: string;
  watcher: RootWatcher | undefined;
  /** Absent where nothing may be written. */
  captures: AutoCapture | undefined;
}

/** One watcher for each served folder whose root exists, unless the setting `holdfast.watch` is off. */
export class Watchers {
  readonly #watched = new Map<string, Watched>();
  readonly #closing = new Set<Promise<void>>();
  readonly #events: Events;
  readonly #log: Log;

  constructor(events: Events, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  /**
   * Brings the folder's watcher in step with its root as it is now.
   *
   * @param trusted whether what programs write into sessions may be captured
   */
  keep(context: Context, trusted: boolean): void {
    const identity = context.settings.watch ? identityOf(context) : undefined;
    const directory = identity === undefined ? undefined : `${identity} ${trusted}`;
    const { workspace } = context;
    const before = this.#watched.get(workspace);
    if (before?.captures) before.captures.context = context;
    if (before?.directory === directory) return;
    this.stop(workspace);
    if (directory === undefined) return;
    // Also kept when it cannot be watched: that is said once, not with every request.
    const watched: Watched = { directory, watcher: undefined, captures: undefined };
    this.#watched.set(workspace, watched);
    const captures = trusted ? this.#capturesOf(context) : undefined;
    try {
      const watcher = watchRoot(
        context,
        paths => {
          captures?.notice(paths);
          this.#events.publish({ type: 'changed', workspace, nouns: nounsOf(paths), paths: inRoot(paths) });
        },
        { onProblem: problem => this.#log(`${problem.message} ${problem.hint ?? ''}`.trim()) },
      );
      Object.assign(watched, { watcher, captures });
      void watcher.ready.then(() => captures?.start());
    } catch (error) {
      this.#log(`${context.root} is not watched: ${asHoldfastError(error).message}`);
    }
  }

  #capturesOf(context: Context): AutoCapture {
    const { workspace } = context;
    return new AutoCapture(context, {
      onCaptured: ({ location }) =>
        this.#events.publish({ type: 'changed', workspace, nouns: ['sessions'], paths: [location] }),
      onProblem: ({ message, path = '', hint = '' }) => this.#log(`${message} ${path} ${hint}`.trim()),
    });
  }

  stop(workspace: string): void {
    const { watcher, captures } = this.#watched.get(workspace) ?? {};
    this.#watched.delete(workspace);
    const closing = Promise.all([watcher?.close(), captures?.close()]).then(() => {
      this.#closing.delete(closing);
    });
    this.#closing.add(closing);
  }

  /** Stops all but those of `folders`. */
  retain(folders: readonly string[]): void {
    for (const workspace of [...this.#watched.keys()]) {
      if (!folders.includes(workspace)) this.stop(workspace);
    }
  }

  async close(): Promise<void> {
    this.retain([]);
    await Promise.all(this.#closing);
  }
}

/** An entry in the audit trail is all that a command line elsewhere leaves to be seen of what it did. */
function nounsOf(paths: readonly string[]): string[] {
  const operated = paths.some(path => path === somewhere || isWithin(path, auditDirectory));
  return ['status', 'sessions', ...(operated ? ['snapshots', 'backups', 'migrations'] : [])];
}

/** The vault is nobody's business but ours. No paths left: nothing is known of where the application's files changed. */
function inRoot(paths: readonly string[]): string[] {
  return paths.filter(path => !isWithin(path, vaultName));
}

/** `undefined` when there is no root to watch. */
function identityOf({ ports, root }: Context): string | undefined {
  try {
    const { dev, ino } = ports.fs.statSync(root, { bigint: true });
    return `${root} ${dev} ${ino}`;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    return `${root} ?`;
  }
}
