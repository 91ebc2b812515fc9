import type { PruneResult } from '../../../protocol/retention.ts';
import type { Context } from '../../context.ts';
import { readMarks } from '../marks.ts';
import { packTarget } from '../pack.ts';
import { type Choice, choosePacks } from './choose.ts';
import { findGarbage } from './garbage.ts';
import type { Packs } from './packs.ts';
import type { Plan, Policy } from './plan.ts';

/** What is said of the records. @param pinned snapshots that were pinned after the plan was made */
export function planned(
  plan: Plan,
  { dryRun, grace }: Pick<PruneResult, 'dryRun' | 'grace'>,
  policy: Policy,
  pinned: ReadonlySet<string> = new Set(),
): PruneResult {
  const forgotten = plan.forget.filter(({ id }) => !pinned.has(id)).length;
  const { expired, kept } = plan.trash;
  const atOnce = policy.grace === 0;
  return {
    dryRun,
    grace,
    snapshots: plan.decisions.map(({ snapshot: { id, title, createdAt }, keep, reasons }) =>
      pinned.has(id)
        ? { id, title, createdAt, keep: true, reasons: ['pinned'] }
        : { id, title, createdAt, keep, reasons },
    ),
    trash: {
      kept: kept.length + (atOnce ? 0 : forgotten),
      removed: expired.length + (atOnce ? forgotten : 0),
    },
    versions: { kept: plan.versions.kept.length, removed: plan.versions.removed.length },
    packs: { kept: 0, marked: 0, rewritten: 0, deleted: 0 },
    bytesReclaimed: 0,
    bytesPending: 0,
    kept: [],
  };
}

/** Fills in what would become of the packs. What rewriting would write is estimated. */
export function foresee(context: Context, result: PruneResult, plan: Plan, packs: Packs, policy: Policy): void {
  const { garbage, deletable, rewritten } = choose(context, packs, policy);
  const marked = [...garbage, ...rewritten.filter(({ markedAt }) => markedAt === undefined)];
  const deleted = policy.grace === 0 ? [...new Set([...deletable, ...garbage, ...rewritten])] : deletable;
  const gone = new Set(deleted);
  const records = [...plan.trash.expired, ...findGarbage(context)];
  const left = packs.all.filter(pack => !gone.has(pack));
  const pending = left.filter(pack => pack.markedAt !== undefined || marked.includes(pack));
  const written = Math.round(
    sum(rewritten.map(({ size, liveBytes, bytes }) => (size * liveBytes) / Math.max(1, bytes))),
  );
  result.packs = {
    kept: left.length - pending.length + Math.ceil(written / packTarget),
    marked: marked.length,
    rewritten: rewritten.length,
    deleted: deleted.length,
  };
  result.bytesReclaimed = sum(records.map(({ bytes }) => bytes)) + sum(deleted.map(({ size }) => size)) - written;
  result.bytesPending = sum(pending.map(({ size }) => size));
}

export function choose(context: Context, packs: Packs, policy: Policy): Choice {
  return choosePacks(packs, policy.grace, context.ports.now().getTime());
}

/** How many packs stay, and the size of those that are marked and still there. */
export function remaining(
  context: Context,
  sizes: ReadonlyMap<string, number>,
): { kept: number; bytesPending: number } {
  const marks = readMarks(context);
  const marked = [...sizes].filter(([name]) => marks.has(name));
  return { kept: sizes.size - marked.length, bytesPending: sum(marked.map(([, size]) => size)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
