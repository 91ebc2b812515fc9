import path from 'node:path';
import * as z from 'zod';
import { RetentionPolicy, VersionPolicy } from '../../protocol/retention.ts';
import { HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';
import { configurationText } from './configuration-text.ts';
import { expandPath, type Surroundings } from './expand.ts';
import { isObject, parseJson } from './json-text.ts';

/** Settings as found, by their name without `holdfast.`: `{root: "state", "sidecar.url": "…"}`. Unknown ones are kept. */
export const RawSettings = z.record(z.string(), z.unknown());
export type RawSettings = z.infer<typeof RawSettings>;

/** What a prune keeps, as the options of `vault prune`. */
const Retention = z.looseObject({ ...RetentionPolicy.shape, ...VersionPolicy.shape });

/** The settings that hold, with their defaults. `root` is resolved elsewhere (resolve.ts): it has other sources too. */
const Effective = z.object({
  profile: z.string().optional(),
  backupDirectory: z.string().optional(),
  watch: z.boolean().default(true),
  /** Milliseconds. */
  autosaveDelay: z.number().int().nonnegative().default(200),
  snapshotBeforeRestore: z.boolean().default(true),
  snapshotBeforeMigrate: z.boolean().default(true),
  retention: Retention.default({}),
  /** Bytes that the content of a session may have. */
  sessionLimit: z
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  /** Globs, relative to the root. */
  exclude: z.array(z.string()).default([]),
  'sidecar.url': z.string().optional(),
});

export interface Settings {
  profile: string | undefined;
  /** Absolute. */
  backupDirectory: string | undefined;
  watch: boolean;
  autosaveDelay: number;
  snapshotBeforeRestore: boolean;
  snapshotBeforeMigrate: boolean;
  retention: z.infer<typeof Retention>;
  /** Bytes. */
  sessionLimit: number;
  exclude: readonly string[];
  sidecarUrl: string | undefined;
}

/** Where a setting was found, the strongest first. `folder` is `.vscode/settings.json` of the workspace folder. */
export const settingLevels = ['folder', 'workspace', 'user'] as const;
export type SettingLevel = (typeof settingLevels)[number];
export type SettingLayers = Record<SettingLevel, RawSettings>;

/** Settings that say where data goes and comes from: a workspace that is not trusted has no say in them. */
export const restrictedSettings: readonly string[] = ['root', 'profile', 'backupDirectory', 'exclude', 'sidecar.url'];

/**
 * The `holdfast.*` settings of a folder's `.vscode/settings.json`; none when there is no such file.
 *
 * @throws INVALID_CONFIG with the line when it cannot be understood: the root may be configured in it
 */
export function readWorkspaceSettings(fs: FileCalls, workspace: string): RawSettings {
  const file = path.join(workspace, '.vscode', 'settings.json');
  const read = configurationText(fs, file);
  if (read === undefined) return {};
  const parsed = 'problem' in read ? read : parseJson(read.text, true);
  if ('problem' in parsed) throw invalidSettings(parsed.problem, file);
  if (!isObject(parsed.value)) throw invalidSettings('it does not hold an object', file);
  const prefix = 'holdfast.';
  return Object.fromEntries(
    Object.entries(parsed.value)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function invalidSettings(why: string, file: string): HoldfastError {
  return new HoldfastError('INVALID_CONFIG', `.vscode/settings.json cannot be used: ${why}.`, {
    path: file,
    hint: 'Correct this file. Until then it is not known which root it configures.',
  });
}

/**
 * The levels as they count. A window with one folder reports that folder's settings as the workspace's too: such a
 * repetition is dropped, so that the command line and the extension give the same explanation.
 */
export function settingLayers(
  folder: RawSettings,
  given: { workspace?: RawSettings | undefined; user?: RawSettings | undefined },
): SettingLayers {
  const workspace = Object.entries(given.workspace ?? {}).filter(
    ([name, value]) => !(Object.hasOwn(folder, name) && JSON.stringify(folder[name]) === JSON.stringify(value)),
  );
  return { folder, workspace: Object.fromEntries(workspace), user: given.user ?? {} };
}

/**
 * The settings that hold: folder over workspace over user over default. In a workspace that is not trusted the
 * restricted ones count from the user only.
 *
 * @throws INVALID_CONFIG naming a setting of the wrong type
 */
export function effectiveSettings(layers: SettingLayers, trusted: boolean, surroundings: Surroundings): Settings {
  const found: Record<string, unknown> = {};
  for (const level of settingLevels.toReversed()) {
    for (const [name, value] of Object.entries(layers[level])) {
      if (value === undefined || value === null || value === '') continue;
      if (!trusted && level !== 'user' && restrictedSettings.includes(name)) continue;
      found[name] = value;
    }
  }
  const parsed = Effective.safeParse(found);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = `holdfast.${issue.path.join('.')}`;
    throw new HoldfastError('INVALID_CONFIG', `The setting ${name} cannot be used: ${issue.message}.`, {
      hint: `Correct ${name} in the settings.`,
      details: { setting: name },
    });
  }
  const { backupDirectory, 'sidecar.url': sidecarUrl, profile, ...rest } = parsed.data;
  return {
    ...rest,
    profile,
    backupDirectory: backupDirectory === undefined ? undefined : expandPath(backupDirectory, surroundings),
    sidecarUrl,
  };
}
