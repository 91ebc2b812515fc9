import { type PruneResult, PruneVault } from '../../../protocol/retention.ts';
import { appendLog } from '../../audit/log.ts';
import { type Context, requireRoot } from '../../context.ts';
import type { Lock } from '../../lock.ts';
import { Pace } from '../../pace.ts';
import type { Work } from '../../ports.ts';
import { settleVisits } from '../../snapshots/visits/settle.ts';
import { deleting, withRoom } from '../deleting.ts';
import { addMarks, latestMark, removeSpentMarks } from '../marks.ts';
import { ensureVault, readCertainVaultRecord } from '../vault-record.ts';
import { removeGarbage } from './garbage.ts';
import { type Pack, Packs, packSizes, type Trees } from './packs.ts';
import { type Plan, type Policy, planPrune } from './plan.ts';
import { policyFor } from './policy.ts';
import { removeRecords } from './records.ts';
import { renewScanCache } from './renew-cache.ts';
import { choose, foresee, planned, remaining } from './result.ts';
import { rewritePacks } from './rewrite.ts';
import { sweep } from './sweep.ts';

/**
 * Deletes in two phases (docs/retention.md). The first moves what the policy lets go to the trash, and marks the packs that
 * nothing there needs any more. The second, a prune after the grace period, empties the trash and deletes these packs. In
 * between a snapshot can be undeleted. Packs of which little is needed, and many small ones, are written anew together.
 *
 * Safe beside writers, however long they sleep: what is marked they store again (object-store.ts). Safe beside another prune
 * that slept: marks are never taken back, so what it deletes late is what nobody uses.
 *
 * @param by who wants it, for the audit trail: somebody, or the setting `holdfast.retention`
 * @throws ROOT_MISSING, USAGE, LOCKED; CORRUPT when a record or a directory cannot be read: then no data is deleted
 */
export async function pruneVault(
  context: Context,
  input: PruneVault,
  work: Work,
  by: 'request' | 'setting' = 'request',
): Promise<PruneResult> {
  requireRoot(context);
  const { grace, dryRun } = PruneVault.parse(input);
  const policy = policyFor(input, context.settings, context.ports.now());
  if (!dryRun) {
    withRoom(context, () => ensureVault(context));
    return deleting(context, lock => new Prune(context, policy, lock, work).run(grace, by));
  }
  const pace = new Pace(work);
  const plan = readCertainVaultRecord(context) ? await planPrune(context, policy, pace) : nothing;
  const packs = await Packs.measure(context, treesAfter(plan, policy), pace);
  packs.close();
  const result = planned(plan, { dryRun, grace }, policy);
  foresee(context, result, plan, packs, policy);
  return result;
}

const nothing: Plan = {
  decisions: [],
  forget: [],
  trash: { expired: [], kept: [] },
  versions: { removed: [], kept: [] },
  pending: [],
};

/** What is needed once a plan has been carried out. */
function treesAfter({ decisions, forget, trash, versions, pending }: Plan, { grace }: Policy): Trees {
  const kept = decisions.filter(({ keep }) => keep).map(({ snapshot }) => snapshot);
  const undeletable = [...trash.kept.map(({ snapshot }) => snapshot), ...(grace === 0 ? [] : forget)];
  return {
    live: [...kept, ...versions.kept].map(({ tree }) => tree),
    held: undeletable.map(({ tree }) => tree),
    pending,
  };
}

class Prune {
  readonly #context: Context;
  readonly #policy: Policy;
  readonly #lock: Lock;
  readonly #work: Work;
  /** Once something was changed a cancellation only ends it early: what is done by then holds. */
  readonly #pace: Pace;
  #mark: number;
  #packs!: Packs;
  #result!: PruneResult;

  constructor(context: Context, policy: Policy, lock: Lock, work: Work) {
    this.#context = context;
    this.#policy = policy;
    this.#lock = lock;
    this.#work = work;
    this.#pace = new Pace({ progress: work.progress });
    this.#mark = latestMark(context);
  }

  async run(grace: string, by: string): Promise<PruneResult> {
    const context = this.#context;
    const pace = new Pace(this.#work);
    const plan = await planPrune(context, this.#policy, pace);
    this.#packs = await Packs.measure(context, treesAfter(plan, this.#policy), pace);
    try {
      const going = [...plan.forget.map(({ id }) => id), ...plan.trash.expired.map(({ snapshot }) => snapshot.id)];
      // Before they go: a snapshot that the trail knows and nobody deleted would be missed for ever.
      if (going.length > 0)
        appendLog(context, { action: 'vault.prune.forget', target: '', details: { snapshots: going } });
      // The access log says when a snapshot went, which nobody could tell once the trash is empty.
      await settleVisits(context, going);
      const { bytes, pinned } = removeRecords(context, plan, this.#policy, this.#lock);
      await settleVisits(
        context,
        plan.forget.map(({ id }) => id),
      );
      const result = planned(plan, { dryRun: false, grace }, this.#policy, pinned);
      this.#result = result;
      result.bytesReclaimed = bytes + removeGarbage(context, result.kept);
      this.#markAll(choose(context, this.#packs, this.#policy).garbage);
      if (this.#policy.grace === 0) await this.#lookAgain();
      await this.#free();
      const emptied = await this.#rewrite();
      renewScanCache(context, this.#packs, new Set(emptied.map(({ name }) => name)));
      if (this.#policy.grace === 0 && emptied.length > 0) {
        await this.#lookAgain();
        await this.#free();
      }
      const sizes = packSizes(context);
      removeSpentMarks(context, sizes);
      const { kept, bytesPending } = remaining(context, sizes);
      result.packs.kept = kept;
      result.bytesPending = bytesPending;
      this.#log(plan, pinned, by);
      return result;
    } finally {
      this.#packs.close();
    }
  }

  /** After marking: whoever committed a record since then is seen now, and whoever does from now on sees the marks. */
  async #lookAgain(): Promise<void> {
    this.#packs.close();
    const plan = await planPrune(this.#context, { ...this.#policy, snapshots: {}, versions: {} }, this.#pace);
    this.#packs = await Packs.measure(this.#context, treesAfter(plan, this.#policy), this.#pace);
  }

  #markAll(packs: readonly Pack[]): void {
    if (packs.length === 0) return;
    this.#lock.check();
    const names = packs.map(({ name }) => name);
    this.#mark = withRoom(this.#context, () => addMarks(this.#context, names, this.#mark));
    this.#result.packs.marked += packs.length;
  }

  async #free(): Promise<void> {
    const { deletable } = choose(this.#context, this.#packs, this.#policy);
    const { deleted, bytes, kept } = await sweep(this.#context, this.#lock, this.#packs, deletable, this.#pace);
    this.#result.packs.deleted += deleted.length;
    this.#result.bytesReclaimed += bytes;
    this.#result.kept.push(...kept);
  }

  async #rewrite(): Promise<Pack[]> {
    const { rewritten } = choose(this.#context, this.#packs, this.#policy);
    const goesOn = () => !this.#work.signal?.aborted;
    const { emptied, writtenBytes, kept } = await rewritePacks(
      this.#context,
      this.#packs,
      rewritten,
      goesOn,
      this.#pace,
    );
    this.#markAll(emptied.filter(({ markedAt }) => markedAt === undefined));
    this.#result.packs.rewritten = emptied.length;
    this.#result.bytesReclaimed -= writtenBytes;
    this.#result.kept.push(...kept);
    return emptied;
  }

  #log(plan: Plan, pinned: ReadonlySet<string>, by: string): void {
    const { trash, versions, packs, bytesReclaimed, bytesPending } = this.#result;
    const forgotten = plan.forget.map(({ id }) => id).filter(id => !pinned.has(id));
    const gone = plan.trash.expired.map(({ snapshot }) => snapshot.id);
    appendLog(this.#context, {
      action: 'vault.prune',
      target: '',
      details: { by, forgotten, gone, trash, versions, packs, bytesReclaimed, bytesPending },
    });
  }
}
