import { posix } from 'node:path';
import type { ApplyResult, ConflictPolicy } from '../../protocol/migrations.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { lstatOf } from '../placement/plan.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { StoredPlan } from './records.ts';

export interface Settled {
  /** What to place, with the sources of files that were renamed so that both stay. */
  wanted: Wanted[];
  sources: Record<string, string>;
  conflicts: ApplyResult['conflicts'];
}

/**
 * Decides what happens where the root has something else already. `keep-both` puts the legacy file beside it under a
 * name that says so; `keep-newer` goes by modification time and keeps the root's file when they are equal.
 *
 * @throws CONFLICT under the policy `fail`, listing all conflicts; nothing was changed
 */
export function settleConflicts(context: Context, stored: StoredPlan, policy: ConflictPolicy): Settled {
  const conflicting = new Map(
    stored.plan.items.filter(item => item.action === 'conflict').map(item => [item.target, item]),
  );
  if (conflicting.size > 0 && policy === 'fail') {
    throw new HoldfastError(
      'CONFLICT',
      `${conflicting.size} of the files are in the root already with other content.`,
      {
        hint: 'See them with "holdfast migrate plan", then choose: --on-conflict keep-target, keep-source, keep-both or keep-newer.',
        details: { conflicts: [...conflicting.values()].map(({ source, target }) => ({ source, target })) },
      },
    );
  }
  const identical = new Set(stored.plan.items.filter(item => item.action === 'identical').map(item => item.target));
  const settled: Settled = { wanted: [], sources: { ...stored.sources }, conflicts: [] };
  for (const one of stored.wanted) {
    const item = conflicting.get(one.path);
    if (identical.has(one.path)) continue;
    if (!item) {
      settled.wanted.push(one);
      continue;
    }
    settled.conflicts.push({ source: item.source, target: item.target, resolution: policy });
    if (policy === 'keep-source' || (policy === 'keep-newer' && isNewer(context, one))) settled.wanted.push(one);
    else if (policy === 'keep-both') {
      const path = besides(context, one);
      settled.wanted.push({ ...one, path });
      settled.sources[path] = stored.sources[one.path]!;
    }
  }
  return settled;
}

function isNewer(context: Context, one: Wanted): boolean {
  const there = lstatOf(context.ports, context.root, one.path);
  return !there || BigInt(one.mtime) > there.mtimeNs;
}

/** `notes.json` from an old place becomes `notes.legacy-1a2b3c4d.json`: the same file gets the same name each time. */
function besides(context: Context, { path, sha256 }: Wanted): string {
  const { dir, name, ext } = posix.parse(path);
  const free = posix.join(dir, `${name}.legacy-${sha256?.slice(0, 8)}${ext}`);
  if (!lstatOf(context.ports, context.root, free)) return free;
  return posix.join(dir, `${name}.legacy-${sha256}${ext}`);
}
