import { hash } from 'node:crypto';
import * as z from 'zod';
import { Count, Sha256 } from '../../protocol/common.ts';
import { SessionVersion } from '../../protocol/sessions.ts';
import { type Context, vaultPath } from '../context.ts';
import { createDurably, makeDirectory, removeQuietly } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { derivedId } from '../id.ts';
import { systemPath } from '../names.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';
import { namesIn } from '../vault/names-in.ts';
import type { ObjectStore } from '../vault/object-store.ts';

/**
 * `sessions/<key>/<12 digits>.json` in the vault: one version of one session. Never changed; its number is taken by
 * making the file, so of two that want the same number one gets it.
 */
export const StoredVersion = SessionVersion.extend({
  key: z.string(),
  /** Root-relative path of the session. */
  location: z.string(),
  type: z.enum(['file', 'dir']),
  /** A tree with the one file, or with what the directory holds. */
  tree: Sha256,
  title: z.string(),
  description: z.string(),
  template: z.string().nullable(),
  owner: z.string(),
  sessionCreatedAt: z.string().nullable(),
  files: Count,
});
export type StoredVersion = z.infer<typeof StoredVersion>;

const versionKind: RecordKind<StoredVersion> = { kind: 'version', version: 1, schema: StoredVersion };

/** A session is known by where it lies: two with the same id have histories of their own. */
export function sessionKey(location: string): string {
  return derivedId(hash('sha256', systemPath(location), 'buffer'));
}

/**
 * @param store holds what the version refers to
 * @returns false when this version exists already
 * @throws PacksTaken
 */
export function createVersion(
  context: Context,
  version: StoredVersion,
  store: Pick<ObjectStore, 'checkPacks'>,
): boolean {
  const directory = vaultPath(context, 'sessions', version.key);
  makeDirectory(context.ports, directory);
  const bytes = encodeRecord(versionKind, version, context.ports.now());
  const path = versionPath(context, version.key, version.version);
  return createDurably(context.ports, path, bytes, 0o600, () => store.checkPacks());
}

/** Takes back versions that were just made and that nobody was told of: the newest first, so that no gap is ever seen. */
export function removeVersions(context: Context, key: string, versions: readonly number[]): void {
  const { fs } = context.ports;
  for (const version of versions.toReversed()) removeQuietly(fs, versionPath(context, key, version));
  try {
    fs.rmdirSync(vaultPath(context, 'sessions', key));
  } catch {
    // It holds earlier versions.
  }
}

/** @throws NOT_FOUND, CORRUPT */
export function readVersion(context: Context, key: string, version: number): StoredVersion {
  const stored = readRecord(context.ports, versionKind, versionPath(context, key, version));
  if (stored?.key === key && stored.version === version) return stored;
  if (stored)
    throw new HoldfastError('CORRUPT', 'A version has the number of another one.', {
      path: versionPath(context, key, version),
    });
  throw new HoldfastError('NOT_FOUND', `There is no version ${version}.`, {
    hint: 'See which there are with: holdfast session history',
  });
}

/** The numbers of all versions that are kept, ascending; none for a session without a history. */
export function versionNumbers(context: Context, key: string): number[] {
  return namesIn(context, 'sessions', key)
    .filter(name => /^\d{12}\.json$/.test(name))
    .map(name => Number(name.slice(0, 12)));
}

export function latestVersion(context: Context, key: string): StoredVersion | undefined {
  const last = versionNumbers(context, key).at(-1);
  return last === undefined ? undefined : readVersion(context, key, last);
}

/** The keys of all sessions that have a history. */
export function historyKeys(context: Context): string[] {
  return namesIn(context, 'sessions').filter(name => /^[a-z2-7]{20}$/.test(name));
}

export function versionInfo({
  version,
  contentHash,
  createdAt,
  actor,
  bytes,
  files,
  action,
  from,
}: StoredVersion): SessionVersion {
  return { version, contentHash, createdAt, actor, bytes, files, action, from };
}

function versionPath(context: Context, key: string, version: number): string {
  return vaultPath(context, 'sessions', key, `${String(version).padStart(12, '0')}.json`);
}
