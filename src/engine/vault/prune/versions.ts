import type { VersionPolicy } from '../../../protocol/retention.ts';
import { type Context, vaultPath } from '../../context.ts';
import { isAbsent } from '../../errors.ts';
import { before, parseTimeSpan } from '../../time-span.ts';
import { namesIn } from '../names-in.ts';
import { readVaultFile } from '../read-vault-file.ts';
import type { VersionRecord } from '../roots.ts';

/**
 * Which versions of one session the policy lets go: never the newest, never one in `needed`, and without a rule none. As for
 * snapshots, time counts back from the newest version, and what lies in the future stays.
 */
export function decideVersions<One extends Pick<VersionRecord, 'version' | 'createdAt'>>(
  versions: readonly One[],
  policy: VersionPolicy,
  now: Date,
  needed: ReadonlySet<number>,
): { removed: One[]; kept: One[] } {
  const { versionsKeepLast: last, versionsKeepWithin: within } = policy;
  const newestFirst = [...versions].sort((one, other) => other.version - one.version);
  if (last === undefined && within === undefined) return { removed: [], kept: newestFirst };
  const timeOf = ({ createdAt }: One) => new Date(createdAt).getTime();
  const newest = newestFirst.find(one => timeOf(one) <= now.getTime());
  const since =
    within === undefined || !newest ? Number.POSITIVE_INFINITY : before(timeOf(newest), parseTimeSpan(within));
  const kept = newestFirst.filter(
    (one, index) =>
      index < Math.max(1, last ?? 0) || timeOf(one) >= Math.min(since, now.getTime()) || needed.has(one.version),
  );
  return { removed: newestFirst.filter(one => !kept.includes(one)), kept };
}

/** @throws USAGE for a time span that cannot be read */
export function unneededVersions(
  context: Context,
  versions: readonly VersionRecord[],
  policy: VersionPolicy,
  now: Date,
): { removed: VersionRecord[]; kept: VersionRecord[] } {
  const sessions = new Map<string, VersionRecord[]>();
  for (const version of versions) {
    const own = sessions.get(version.key);
    if (own) own.push(version);
    else sessions.set(version.key, [version]);
  }
  const result: { removed: VersionRecord[]; kept: VersionRecord[] } = { removed: [], kept: [] };
  for (const [key, own] of sessions) {
    const edited = editedVersions(context, key);
    const { removed, kept } = edited ? decideVersions(own, policy, now, edited) : { removed: [], kept: own };
    result.removed.push(...removed);
    result.kept.push(...kept);
  }
  return result;
}

/** The versions that unsaved edits begin with; `undefined` when one cannot be told, which then may be any. */
function editedVersions(context: Context, key: string): Set<number> | undefined {
  const bases = new Set<number>();
  for (const name of namesIn(context, 'buffers', key)) {
    if (!name.endsWith('.jsonl')) continue;
    try {
      const text = readVaultFile(context.ports.fs, vaultPath(context, 'buffers', key, name)).toString();
      const { base } = JSON.parse(text.slice(0, Math.max(0, text.indexOf('\n'))) || text) as { base?: unknown };
      if (typeof base === 'number') bases.add(base);
    } catch (error) {
      if (!isAbsent(error)) return undefined;
    }
  }
  return bases;
}
