import type { RetentionPolicy } from '../../protocol/retention.ts';
import type { Snapshot, SnapshotReason } from '../../protocol/snapshots.ts';
import { before, parseTimeSpan } from '../time-span.ts';

/** What the policy says about one snapshot: kept while it has a reason. */
export interface Decision<Kept extends Dated = Snapshot> {
  snapshot: Kept;
  keep: boolean;
  reasons: string[];
}

type Dated = Pick<Snapshot, 'id' | 'createdAt' | 'tags' | 'pinned' | 'reason'>;

/** Holdfast took these itself, before it overwrote or removed something. */
const safetyReasons: readonly SnapshotReason[] = ['before-restore', 'before-migrate', 'before-undo', 'before-cleanup'];
const safetyDays = 7;

/** Of each of the newest so-and-so many hours, days, … that have a snapshot, the newest snapshot is kept. All in UTC. */
const calendar = [
  { rule: 'keepHourly', name: 'hourly', period: (time: Date) => `${time.toISOString().slice(0, 13)}` },
  { rule: 'keepDaily', name: 'daily', period: (time: Date) => time.toISOString().slice(0, 10) },
  { rule: 'keepWeekly', name: 'weekly', period: isoWeek },
  { rule: 'keepMonthly', name: 'monthly', period: (time: Date) => time.toISOString().slice(0, 7) },
] as const;

/** Whether a policy says anything: one that keeps nothing is taken for none, never for "delete all". */
export function hasRules(policy: RetentionPolicy): boolean {
  const counts = [policy.keepLast, policy.keepHourly, policy.keepDaily, policy.keepWeekly, policy.keepMonthly];
  return counts.some(count => (count ?? 0) > 0) || policy.keepWithin !== undefined || !!policy.keepTags?.length;
}

/**
 * What to keep, and why (docs/retention.md). As restic and borg: rules add up, a snapshot is kept by any of them. Whatever
 * the policy, pinned ones are kept, those in `needed`, those whose time lies in the future (they do not count either), and
 * safety snapshots for a week. The clock decides nothing else: `keepWithin` counts back from the newest snapshot, so a
 * clock that jumps ahead deletes nothing.
 *
 * @param needed ids of snapshots that something else refers to, with the reason
 * @returns one decision for each snapshot, the newest first
 * @throws USAGE for a time span that cannot be read
 */
export function decideRetention<Kept extends Dated>(
  snapshots: readonly Kept[],
  policy: RetentionPolicy,
  now: Date,
  needed: ReadonlyMap<string, string> = new Map(),
): Decision<Kept>[] {
  const newestFirst = [...snapshots].sort((one, other) => timeOf(other) - timeOf(one) || (one.id < other.id ? -1 : 1));
  const reasons = new Map<string, string[]>(newestFirst.map(({ id }) => [id, []]));
  const keep = ({ id }: Dated, reason: string) => reasons.get(id)!.push(reason);
  const past = newestFirst.filter(snapshot => timeOf(snapshot) <= now.getTime());
  if (hasRules(policy)) applyRules(past, policy, keep);
  else for (const snapshot of past) keep(snapshot, 'no rule says otherwise');
  for (const snapshot of newestFirst) {
    if (snapshot.pinned) keep(snapshot, 'pinned');
    if (timeOf(snapshot) > now.getTime()) keep(snapshot, 'its time lies in the future');
    const age = now.getTime() - timeOf(snapshot);
    if (safetyReasons.includes(snapshot.reason) && age >= 0 && age < safetyDays * 86_400_000)
      keep(snapshot, `taken for safety less than ${safetyDays} days ago`);
    const need = needed.get(snapshot.id);
    if (need !== undefined) keep(snapshot, need);
  }
  return newestFirst.map(snapshot => {
    const own = reasons.get(snapshot.id)!;
    return { snapshot, keep: own.length > 0, reasons: own };
  });
}

function applyRules(
  newestFirst: readonly Dated[],
  policy: RetentionPolicy,
  keep: (snapshot: Dated, reason: string) => void,
): void {
  const last = policy.keepLast ?? 0;
  for (const snapshot of newestFirst.slice(0, last)) keep(snapshot, `last ${last}`);
  for (const { rule, name, period } of calendar) {
    const seen = new Set<string>();
    for (const snapshot of newestFirst) {
      const one = period(new Date(snapshot.createdAt));
      if (seen.has(one)) continue;
      if (seen.size >= (policy[rule] ?? 0)) break;
      seen.add(one);
      keep(snapshot, `${name} ${one}`);
    }
  }
  if (policy.keepWithin !== undefined && newestFirst[0]) {
    const since = before(timeOf(newestFirst[0]), parseTimeSpan(policy.keepWithin));
    for (const snapshot of newestFirst) {
      if (timeOf(snapshot) >= since) keep(snapshot, `within ${policy.keepWithin}`);
    }
  }
  for (const snapshot of newestFirst) {
    for (const tag of policy.keepTags ?? []) if (snapshot.tags.includes(tag)) keep(snapshot, `tag ${tag}`);
  }
}

function timeOf({ createdAt }: Pick<Dated, 'createdAt'>): number {
  return new Date(createdAt).getTime();
}

/** ISO 8601: weeks begin on Monday, and a year's first one is that with its first Thursday. */
function isoWeek(time: Date): string {
  const day = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate());
  const thursday = new Date(day + (4 - (time.getUTCDay() || 7)) * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / (7 * 86_400_000)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
