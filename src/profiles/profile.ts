import type { FileCalls, Ports } from '../engine/ports.ts';

/** A named part of the root. `globs` are root-relative; the first area that fits a path owns it. */
export interface Area {
  id: string;
  title: string;
  secret: boolean;
  globs: readonly string[];
}

/** What a profile's functions may look at: the workspace as it lies on disk, and the environment. */
export interface ProfileView {
  fs: FileCalls;
  platform: Ports['platform'];
  env: Ports['env'];
  home: string;
  /** Absolute. */
  workspace: string;
  /** Absolute; need not exist. */
  root: string;
  /** Set where only names, sizes and times matter: no content has to be read, so entries may lack their upgrades. */
  shallow?: true;
}

/**
 * How a legacy file gets the shape that the application reads today. Nothing in it may be lost: unknown keys, the order
 * of keys, the text of numbers and times stay as they are. So an upgrade edits text; it does not parse and print.
 */
export interface Upgrade {
  /** What the result is, as `name/version`: `atlas.workspace-state/1`. */
  schema: string;
  /** Other files whose content goes into the result, absolute, in the order in which `apply` gets them. */
  with?: readonly string[];
  /**
   * Pure: the same bytes give the same result.
   *
   * @throws when the bytes are not what it takes, with a reason for people and no content; the file is then copied as
   * it is, with that reason as a warning
   */
  apply(bytes: Buffer, others: readonly Buffer[]): Buffer;
}

/** One legacy file or directory and where it belongs. Directories are walked by the planner. */
export interface LegacyEntry {
  /** Absolute. */
  source: string;
  /** Root-relative, `/` between the parts. */
  target: string;
  note?: string;
  /** Of a file: absent when its bytes go over as they are. Several entries may take parts of one file. */
  upgrade?: Upgrade;
}

/** A location that state used to live in. */
export interface LegacySource {
  id: string;
  title: string;
  /** Absolute. */
  path: string;
  entries: LegacyEntry[];
  omitted: { path: string; reason: string }[];
  warnings: { path: string; message: string }[];
}

/** A session as the profile reads it from one file or directory; the engine adds hash, size and place. */
export interface SessionFacts {
  id: string;
  title: string;
  description: string;
  owner: string;
  /** RFC 3339; absent where the application keeps none. */
  createdAt?: string;
  updatedAt?: string;
}

/** Where a profile's sessions lie, relative to the root (or, for legacy ones, absolute). */
export interface SessionLocation {
  path: string;
  legacy: boolean;
}

/**
 * How one application lays out its state: data, and a few functions that only read. One file per application in this
 * folder; `registry.ts` lists them.
 */
export interface Profile {
  id: string;
  title: string;
  areas: readonly Area[];
  root: {
    /** Environment names after `HOLDFAST_ROOT`, in order. */
    env: readonly string[];
    /** Config files, relative to the workspace, and the path of keys that names the root. */
    config: readonly { file: string; keys: readonly string[] }[];
    /** Where the application expects its state inside a container, the usual place first. */
    containerPaths?: readonly string[];
    /** Relative to the workspace. */
    default: string;
  };
  /** Whether the workspace looks like this application's, from what lies in it. */
  detect(view: ProfileView): boolean;
  /** Where legacy state lies now; the root itself is never a source. */
  legacySources(view: ProfileView): LegacySource[];
  /**
   * What a directory that the user names with `--from` is, when it has the shape of this application's state; otherwise
   * it is copied as it is.
   */
  sourceFrom?(view: ProfileView, directory: string): LegacySource | undefined;
  sessionLocations(view: ProfileView): SessionLocation[];
  /** @throws when the bytes are not a session; the reason is shown and the file kept */
  readSession(path: string, bytes: Buffer): SessionFacts;
}
