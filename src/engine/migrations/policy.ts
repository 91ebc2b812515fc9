import { posix } from 'node:path';
import type { Upgrade } from '../../profiles/profile.ts';
import type { ApplyResult, ConflictPolicy, PlanItem } from '../../protocol/migrations.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { lstatOf } from '../placement/plan.ts';
import type { Wanted } from '../placement/wanted.ts';
import { isPlaced } from './is-placed.ts';
import type { MadePlan } from './plan.ts';

export interface Settled {
  /** What to place, with the sources and upgrades of files that were renamed so that both stay. */
  wanted: Wanted[];
  sources: Map<string, string>;
  upgrades: Map<string, Upgrade>;
  conflicts: ApplyResult['conflicts'];
}

/** What to do about conflicts: for single items of the plan, by id, and for all others. */
export interface Policies {
  onConflict: ConflictPolicy;
  resolutions: Record<string, ConflictPolicy>;
}

/**
 * Decides what happens where the root has something else already. `keep-both` puts the legacy file beside it under a
 * name that says so; `keep-newer` goes by modification time and keeps the root's file when they are equal.
 *
 * @throws CONFLICT when the policy of one is `fail`, listing all such conflicts; nothing was changed
 */
export async function settleConflicts(
  context: Context,
  stored: MadePlan,
  { onConflict, resolutions }: Policies,
  pace: Pace,
): Promise<Settled> {
  const policyOf = (item: PlanItem) => resolutions[item.id] ?? onConflict;
  const conflicting = new Map(
    stored.plan.items.filter(item => item.action === 'conflict').map(item => [item.target, item]),
  );
  refuseUndecided([...conflicting.values()].filter(item => policyOf(item) === 'fail'));
  const identical = new Set(stored.plan.items.filter(item => item.action === 'identical').map(item => item.target));
  const settled: Settled = {
    wanted: [],
    sources: new Map(stored.sources),
    upgrades: new Map(stored.upgrades),
    conflicts: [],
  };
  for (const one of stored.wanted) {
    const item = conflicting.get(one.path);
    if (identical.has(one.path)) continue;
    if (!item) {
      settled.wanted.push(one);
      continue;
    }
    const policy = policyOf(item);
    settled.conflicts.push({ source: item.source, target: item.target, resolution: policy });
    if (policy === 'keep-source' || (policy === 'keep-newer' && isNewer(context, one))) settled.wanted.push(one);
    else if (policy === 'keep-both') {
      const path = await besides(context, one, pace);
      if (path === undefined) continue;
      settled.wanted.push({ ...one, path });
      settled.sources.set(path, stored.sources.get(one.path)!);
      const upgrade = stored.upgrades.get(one.path);
      if (upgrade) settled.upgrades.set(path, upgrade);
    }
  }
  return settled;
}

function refuseUndecided(items: readonly PlanItem[]): void {
  if (items.length === 0) return;
  throw new HoldfastError('CONFLICT', `${items.length} of the files are in the root already with other content.`, {
    hint: 'See them with "holdfast migrate plan", then choose: --on-conflict keep-target, keep-source, keep-both or keep-newer.',
    details: { conflicts: items.map(({ source, target }) => ({ source, target })) },
  });
}

function isNewer(context: Context, one: Wanted): boolean {
  const there = lstatOf(context.ports, context.root, one.path);
  return !there || BigInt(one.mtime) > there.mtimeNs;
}

/**
 * `notes.json` from an old place becomes `notes.legacy-1a2b3c4d.json`: the same file gets the same name each time.
 *
 * @returns `undefined` when it lies there already, from an earlier migration
 */
async function besides(context: Context, { path, sha256 = '', type }: Wanted, pace: Pace): Promise<string | undefined> {
  const { dir, name, ext } = posix.parse(path);
  for (const digits of [8, sha256.length]) {
    const free = posix.join(dir, fitting(name, `.legacy-${sha256.slice(0, digits)}`, ext));
    if (!lstatOf(context.ports, context.root, free)) return free;
    if (await isPlaced(context, { path: free, sha256, type: type === 'link' ? 'link' : 'file' }, pace))
      return undefined;
  }
  throw new HoldfastError('CONFLICT', 'There is no free name beside the file in the root.', { path });
}

/** The longest name that file systems take, in bytes. */
const longestName = 255;

/** A name with a mark in it, cut where it would be too long. */
function fitting(stem: string, mark: string, extension: string): string {
  const characters = Array.from(stem);
  const end = Buffer.byteLength(mark + extension) < longestName ? mark + extension : mark;
  while (Buffer.byteLength(characters.join('') + end) > longestName) characters.pop();
  return characters.join('') + end;
}
