import path from 'node:path';
import * as z from 'zod';
import type { Context } from '../engine/context.ts';
import { HoldfastError } from '../engine/errors.ts';
import type { Ports } from '../engine/ports.ts';
import { type OpenOptions, openContext } from '../engine/root/open.ts';
import { RawSettings } from '../engine/root/settings.ts';
import type { Events } from './events.ts';
import { type Log, Watchers } from './watchers.ts';

/** The folders that a sidecar serves, with what the editor knows of their settings, and whether they are trusted. */
export const SetWorkspaces = z.object({
  workspaces: z.array(
    z.object({ folder: z.string(), user: RawSettings.optional(), workspace: RawSettings.optional() }),
  ),
  trusted: z.boolean(),
});
export type SetWorkspaces = z.infer<typeof SetWorkspaces>;

/** One folder; the flags are those of the command line (`holdfast serve --root`). */
export interface ServedWorkspace {
  folder: string;
  rootFlag?: string | undefined;
  profileFlag?: string | undefined;
  user?: RawSettings | undefined;
  workspace?: RawSettings | undefined;
}

/**
 * The folders that this process serves. A context is opened anew for every request: finding the root reads a few small
 * files, and a cached one would go on writing to a root that a changed `config.json` no longer names (design rule 4).
 */
export class Workspaces {
  readonly #ports: Ports;
  readonly #watchers: Watchers;
  #served: ServedWorkspace[] = [];
  #trusted = true;

  constructor(ports: Ports, events: Events, log: Log) {
    this.#ports = ports;
    this.#watchers = new Watchers(events, log);
  }

  /** @throws USAGE for a folder that is not absolute */
  set(served: readonly ServedWorkspace[], trusted: boolean): void {
    const relative = served.find(({ folder }) => !path.isAbsolute(folder));
    if (relative) {
      throw new HoldfastError('USAGE', 'A workspace folder is not absolute.', {
        path: relative.folder,
        hint: 'Give absolute folders.',
      });
    }
    this.#served = served.map(one => ({ ...one, folder: path.resolve(one.folder) }));
    this.#trusted = trusted;
    this.#watchers.retain(this.folders);
    for (const folder of this.folders) {
      try {
        this.open(folder);
      } catch {
        // Whoever asks about this folder is told; here it only means that there is nothing to watch.
      }
    }
  }

  get folders(): string[] {
    return this.#served.map(({ folder }) => folder);
  }

  /** Whether anything may be written. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /** What the engine needs to open one folder; the first when none is named. */
  options(folder?: string): OpenOptions {
    const wanted = folder === undefined ? undefined : path.resolve(folder);
    const served = wanted === undefined ? this.#served[0] : this.#served.find(one => one.folder === wanted);
    if (!served) {
      throw new HoldfastError('NOT_FOUND', 'This folder is not served here.', {
        path: wanted,
        hint: this.#served.length > 0 ? 'Name one of the folders in details.' : 'No folder is served yet.',
        details: { folders: this.folders },
      });
    }
    const { user, workspace, ...rest } = served;
    return { workspace: rest.folder, ...rest, settings: { user, workspace }, trusted: this.#trusted };
  }

  /** @throws ROOT_UNUSABLE, INVALID_CONFIG, NOT_FOUND */
  open(folder?: string): Context {
    const options = this.options(folder);
    try {
      const context = openContext(this.#ports, options);
      this.#watchers.keep(context, this.#trusted);
      return context;
    } catch (error) {
      this.#watchers.stop(options.workspace);
      throw error;
    }
  }

  /** @throws UNTRUSTED besides what `open` throws */
  openForWriting(folder?: string): Context {
    const { workspace } = this.options(folder);
    if (!this.#trusted) {
      throw new HoldfastError('UNTRUSTED', 'This workspace is not trusted, so nothing in it is changed.', {
        path: workspace,
        hint: 'Trust the workspace in VS Code.',
      });
    }
    return this.open(folder);
  }

  close(): Promise<void> {
    return this.#watchers.close();
  }
}
