import path from 'node:path';
import { watch } from 'chokidar';
import type { Context } from '../context.ts';
import { type Listeners, type Notifier, somewhere } from './notifier.ts';

/**
 * One watch for the whole tree, where the system has such (macOS, Windows). What the system tells there is vague; chokidar
 * compares it with what it knows of every file, which takes time and memory for each.
 */
export function chokidarNotifier({ root }: Context, { ignored, onChange, onError }: Listeners): Notifier {
  const watcher = watch(root, {
    ignored: full => ignored(rootRelative(root, full)),
    ignoreInitial: true,
    followSymlinks: false,
    // What cannot be read is reported by whoever reads it.
    ignorePermissionErrors: true,
    // It would hold changes back and hide what editors call temporary; bursts are gathered here.
    atomic: false,
  });
  let resolveReady = () => {};
  const ready = new Promise<void>(resolve => {
    resolveReady = resolve;
  });
  watcher.on('all', (_, full) => onChange(rootRelative(root, full) || somewhere));
  watcher.on('ready', () => resolveReady());
  watcher.on('error', onError);
  const close = async () => {
    resolveReady();
    const closed = watcher.close();
    // Closing takes all listeners away, and an error that nobody hears would end the process.
    watcher.on('error', () => {});
    await closed;
  };
  return { ready, close };
}

function rootRelative(root: string, full: string): string {
  const relative = path.relative(root, full);
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}
