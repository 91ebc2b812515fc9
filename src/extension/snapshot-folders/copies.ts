import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { processStart } from '../../process-start.ts';
import { foldersOf } from './places.ts';
import { removeReadOnly } from './remove-read-only.ts';

/** What a copy is of. */
export const About = z.object({
  snapshot: z.string(),
  title: z.string(),
  createdAt: z.string(),
  /** Absolute: the root as it is now. */
  root: z.string(),
  /** Absolute: where the snapshot's files lie in the copy. */
  content: z.string(),
});
export type About = z.infer<typeof About>;

/** So long a copy that no window has open is kept after the last one closed it: a window that starts anew needs a while. */
const graceMs = 5 * 60_000;
/** A mark of another machine is taken for one of a living window as long as it is renewed. */
const renewedWithinMs = 60 * 60_000;
const removing = '.removing';

/**
 * Copies of snapshots, each in a private directory that also holds a mark per window that has it open: `open-` with its
 * process, and in it when that began, which tells it from a later one of the same number. Making or removing a mark sets the directory's time, so that is when a window last came or went.
 */
export class SnapshotCopies {
  readonly #directory: string;
  readonly #mark = `open-${process.pid}@${hostname()}`;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A new copy, held open by this process and still to be filled. @param label what its folder is called */
  async begin(
    label: string,
    about: Omit<About, 'content'>,
  ): Promise<{ copy: string; folder: string; content: string }> {
    const copy = join(this.#directory, `${about.snapshot.slice(0, 8)}-${randomBytes(6).toString('hex')}`);
    await mkdir(this.#directory, { recursive: true });
    await mkdir(copy, { mode: 0o700 });
    await this.open(copy);
    const { folder, content } = foldersOf(copy, label, about.root);
    await writeFile(join(copy, 'about.json'), JSON.stringify({ ...about, content }), { mode: 0o600 });
    await mkdir(join(folder, '.vscode'), { recursive: true });
    await mkdir(content);
    await writeFile(join(folder, '.vscode', 'settings.json'), `${JSON.stringify(folderSettings, null, 2)}\n`);
    return { copy, folder, content };
  }

  /** Nothing can be added to it any more. */
  async seal({ folder, content }: { folder: string; content: string }): Promise<void> {
    await chmod(join(folder, '.vscode', 'settings.json'), 0o400);
    for (const one of [join(folder, '.vscode'), content, folder]) await chmod(one, 0o500);
  }

  async about(copy: string): Promise<About> {
    return About.parse(JSON.parse(await readFile(join(copy, 'about.json'), 'utf8')));
  }

  /** This process has it open. @throws ENOENT when it is gone */
  async open(copy: string): Promise<void> {
    await writeFile(join(copy, this.#mark), processStart(process.pid) ?? '', { mode: 0o600 });
  }

  /** This process does not have it open any more. At once: a window that closes waits for nobody. */
  release(copy: string): void {
    rmSync(join(copy, this.#mark), { force: true });
  }

  /** Says to other machines that this process still has it open. */
  async renew(copy: string): Promise<void> {
    await utimes(join(copy, this.#mark), new Date(), new Date());
  }

  /** Removes the copies that no window has open, and what is left of those whose removal was interrupted. */
  async sweep(now: number): Promise<void> {
    for (const name of namesIn(this.#directory)) {
      const copy = join(this.#directory, name);
      try {
        if (name.endsWith(removing)) await removeReadOnly(copy);
        else if (now - (await stat(copy)).mtimeMs > graceMs) await this.remove(copy);
      } catch (error) {
        // Another window was quicker.
        if (!isAbsent(error)) throw error;
      }
    }
  }

  /**
   * Removes a copy unless a window has it open. It is renamed first: then no window can open it any more, and one that
   * did just before gets it back.
   */
  async remove(copy: string): Promise<void> {
    if (await isOpen(copy)) return;
    const doomed = `${copy}${removing}`;
    await rename(copy, doomed);
    if (await isOpen(doomed)) await rename(doomed, copy);
    else await removeReadOnly(doomed);
  }
}

/** Editors do not take changes, what is not the snapshot's is not shown, and what cannot change is not watched. */
const folderSettings = {
  'files.readonlyInclude': { '**': true },
  'files.exclude': { '.vscode': true },
  'files.watcherExclude': { '**': true },
};

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function isOpen(copy: string): Promise<boolean> {
  for (const name of await readdir(copy)) {
    const [, pid, host] = /^open-(\d+)@(.*)$/.exec(name) ?? [];
    if (pid === undefined) continue;
    if (host === hostname() ? await isRunning(join(copy, name), Number(pid)) : await isRenewed(join(copy, name)))
      return true;
  }
  return false;
}

/** A mark without a start is one that is being made, or that an older version made. */
async function isRunning(mark: string, pid: number): Promise<boolean> {
  const start = processStart(pid);
  if (start === undefined) return false;
  const marked = await readFile(mark, 'utf8');
  return marked === '' || marked === start;
}

async function isRenewed(mark: string): Promise<boolean> {
  return Date.now() - (await stat(mark)).mtimeMs < renewedWithinMs;
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
