import * as z from 'zod';
import { Sha256, Time } from '../../protocol/common.ts';
import { type Context, vaultPath } from '../context.ts';
import { temporarySuffix } from '../durable.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { type RecordKind, readRecord } from '../record.ts';
import { namesIn } from './names-in.ts';
import { withoutWaiting } from './read-vault-file.ts';

/** One version of a session, as far as it matters to what the vault keeps. */
export interface VersionRecord {
  /** Of the session: its directory in the vault. */
  key: string;
  version: number;
  createdAt: string;
  tree: string;
  path: string;
}

const Version = z.looseObject({
  location: z.string(),
  version: z.number().int().positive(),
  createdAt: Time,
  type: z.enum(['file', 'dir']),
  tree: Sha256,
});
/** What the vault needs to know of a version: sessions/versions.ts writes it. */
export const versionKind: RecordKind<z.infer<typeof Version>> = { kind: 'version', version: 1, schema: Version };

/**
 * All versions of all sessions: `sessions/<key>/<12 digits>.json`.
 *
 * @throws CORRUPT, NEWER_VERSION naming the record
 */
export function readVersions(context: Context): VersionRecord[] {
  return namesIn(context, 'sessions').flatMap(key =>
    namesIn(context, 'sessions', key)
      .filter(name => /^\d{12}\.json$/.test(name))
      .flatMap(name => {
        const path = vaultPath(context, 'sessions', key, name);
        const record = readRecord(context.ports, versionKind, path);
        return record ? [{ key, version: record.version, createdAt: record.createdAt, tree: record.tree, path }] : [];
      }),
  );
}

const Pending = z.record(z.string(), z.unknown());
const PendingBody = z.looseObject({ tree: Sha256 });

/**
 * The trees of records that are about to get their names: they lie in `tmp/`. One that is not whole yet may be left out:
 * whoever writes it asks for marks afterwards (object-store.ts, `checkPacks`).
 */
export function pendingTrees(context: Context): string[] {
  return namesIn(context, 'tmp')
    .filter(name => name.endsWith(temporarySuffix))
    .flatMap(name => {
      const text = recordText(context, vaultPath(context, 'tmp', name));
      try {
        const envelope = Pending.parse(JSON.parse(text));
        return Object.values(envelope).flatMap(body => PendingBody.safeParse(body).data?.tree ?? []);
      } catch {
        return [];
      }
    });
}

const beginning = Buffer.from('{"schemaVersion":');

/** Empty for what is no record, as a pack, and what vanished. */
function recordText({ ports: { fs } }: Context, path: string): string {
  try {
    const file = fs.openSync(path, withoutWaiting);
    try {
      const start = Buffer.alloc(beginning.length);
      fs.readSync(file, start, 0, start.length, 0);
      return start.equals(beginning) ? fs.readFileSync(file, 'utf8') : '';
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

/** For what has to be there if anything is to be deleted. */
export function stopped(what: string, path: string, cause?: unknown): HoldfastError {
  return new HoldfastError('CORRUPT', `${what}, so nobody can tell what is still needed. No data was deleted.`, {
    path,
    hint: 'See what suffers with: holdfast vault verify',
    cause,
  });
}
