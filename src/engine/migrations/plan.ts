import { hash } from 'node:crypto';
import type { Upgrade } from '../../profiles/profile.ts';
import { type MigrationPlan, type PlanItem, PlanMigration } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { derivedId } from '../id.ts';
import { jsonPieces } from '../json-pieces.ts';
import { checkedPath, nameFromBytes } from '../names.ts';
import { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { at, lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { areaOf } from '../root/areas.ts';
import { shownPath } from '../root/shown-path.ts';
import { objectHash } from '../vault/object-id.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { compare, oneSourcePerPlace } from './one-source-per-place.ts';
import { type StoredPlan, writePlan } from './records.ts';
import { likeTheSources } from './source-directories.ts';
import { readSources, type SourceFile } from './sources.ts';

/** A plan with what is needed to carry it out, which is found anew each time. */
export interface MadePlan extends StoredPlan {
  wanted: Wanted[];
  /** Target to absolute source. */
  sources: ReadonlyMap<string, string>;
  /** By target: how its legacy file becomes what is wanted there. */
  upgrades: ReadonlyMap<string, Upgrade>;
}

/**
 * What a migration would do: every legacy file, where it goes, and whether something else is there already. Reads all of
 * them; writes only the plan, into the vault. The same files give the same plan with the same id.
 */
export async function planMigration(context: Context, input: PlanMigration, work: Work): Promise<MigrationPlan> {
  makeDirectory(context.ports, context.root, 0o777);
  ensureVault(context);
  await settleRoot(context);
  const stored = await makePlan(context, input, work);
  writePlan(context, stored);
  appendLog(context, { action: 'migrate.plan', target: stored.plan.planId, details: { ...stored.plan.totals } });
  return stored.plan;
}

/** The plan as it is now, not kept anywhere. With a `stager`, what is new to the root is copied there on the way. */
export async function makePlan(context: Context, input: PlanMigration, work: Work, stager?: Stager): Promise<MadePlan> {
  const { from, set } = PlanMigration.parse(input);
  const unknown = Object.keys(set).find(name => name !== 'target');
  if (unknown !== undefined) {
    throw new HoldfastError('USAGE', `There is nothing called "${unknown}" to set.`, {
      hint: 'Known: target, the directory below the root that --from goes into.',
    });
  }
  const prefix = checkedPath(set.target ?? '', context.ports.platform);
  const { files, directories, omitted, warnings } = await readSources(context, from, prefix, work, stager);
  const pace = new Pace(work);
  const settled = await oneSourcePerPlace(context, files, pace);
  const { byTarget } = settled;
  omitted.push(...settled.omitted);
  const items: PlanItem[] = [];
  for (const file of byTarget.values()) items.push(await itemOf(context, file, pace, stager));
  const missing = directories.filter(
    ({ path }) => !settled.isBlocked(path) && !lstatOf(context.ports, context.root, path),
  );
  const plan: Omit<MigrationPlan, 'planId'> = {
    profile: context.profile.id,
    root: context.root,
    items,
    omitted: omitted.sort((one, other) => compare(one.path, other.path)),
    warnings,
    totals: totalsOf(items),
  };
  const all = [...byTarget.values()];
  const like = likeTheSources(context.ports.fs, all);
  const wanted = parentsFirst([...unique(missing), ...all.map(file => file.wanted)], like);
  const sources = new Map(all.map(file => [file.wanted.path, file.source]));
  const upgrades = new Map(all.flatMap(file => (file.upgrade ? [[file.wanted.path, file.upgrade]] : [])));
  // From everything that the plan depends on: it is stale exactly when making it again gives another id.
  const digest = objectHash();
  for (const piece of jsonPieces({ plan, wanted })) digest.update(piece);
  const planId = derivedId(digest.digest());
  return { plan: { planId, ...plan }, input: { from, set }, wanted, sources, upgrades };
}

async function itemOf(context: Context, file: SourceFile, pace: Pace, stager?: Stager): Promise<PlanItem> {
  const { source, wanted, upgrade, note } = file;
  if (pace.due()) await pace.breathe();
  const shown = shownPath(context.workspace, source);
  return {
    // 96 bits, as every id has (contract). A slice of the longer text would keep all of that in memory.
    id: hash('sha256', `${shown}\0${wanted.path}`, 'buffer').toString('hex', 0, 12),
    source: shown,
    target: wanted.path,
    // What was copied already is what the root does not have.
    action: stager?.has(wanted) ? 'copy' : await actionFor(context, file, pace),
    bytes: file.bytes,
    sha256: file.sha256,
    secret: areaOf(context.profile, wanted.path)?.secret ?? false,
    ...(upgrade ? { schema: upgrade.schema } : {}),
    ...(note ? { note } : {}),
  };
}

async function actionFor(context: Context, { wanted, upgrade }: SourceFile, pace: Pace): Promise<PlanItem['action']> {
  const { fs } = context.ports;
  const there = lstatOf(context.ports, context.root, wanted.path);
  if (!there) return upgrade ? 'upgrade' : 'copy';
  const path = at(context.root, wanted.path);
  if (wanted.type === 'link') {
    return there.isSymbolicLink() && nameFromBytes(fs.readlinkSync(path, { encoding: 'buffer' })) === wanted.target
      ? 'identical'
      : 'conflict';
  }
  if (!there.isFile() || Number(there.size) !== wanted.size) return 'conflict';
  return (await hashFile(fs, path, pace)) === wanted.sha256 ? 'identical' : 'conflict';
}

function totalsOf(items: readonly PlanItem[]): MigrationPlan['totals'] {
  const count = (action: PlanItem['action']) => items.filter(item => item.action === action).length;
  return {
    files: items.length,
    bytes: items.reduce((sum, item) => sum + item.bytes, 0),
    copy: count('copy'),
    upgrade: count('upgrade'),
    identical: count('identical'),
    conflict: count('conflict'),
  };
}

function unique(wanted: readonly Wanted[]): Wanted[] {
  return [...new Map(wanted.map(one => [one.path, one])).values()];
}

/** Directories are made like those that the files come from; where there is no such one, with the usual mode. */
function parentsFirst(wanted: readonly Wanted[], like: ReadonlyMap<string, Wanted>): Wanted[] {
  const all = new Map(wanted.map(one => [one.path, one]));
  for (const { path, mtime } of wanted) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      if (all.has(parent)) continue;
      all.set(parent, like.get(parent) ?? { path: parent, type: 'dir', mode: 0o755, mtime, size: 0, implied: true });
    }
  }
  return [...all.values()].sort((one, other) => compare(one.path, other.path));
}
