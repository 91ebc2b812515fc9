import { resolve } from 'node:path';
import type { Upgrade } from '../../profiles/profile.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { systemPath } from '../names.ts';
import { at } from '../placement/plan.ts';
import { findPlan, type StoredPlan } from './records.ts';
import { legacyPlaces, upgradedBytes } from './sources.ts';

/** `result`: what would be written, which differs from the source when that is upgraded on the way. */
export type PlanSide = 'source' | 'target' | 'result';

/**
 * One side of a plan's item, for comparing: the legacy file, what the root has in its place, or what it would get
 * (`undefined`: nothing).
 *
 * @throws NOT_FOUND for an unknown plan or item, and for secrets, whose content is never shown
 */
export function readPlanContent(
  context: Context,
  reference: string,
  itemId: string,
  side: PlanSide,
): Buffer | undefined {
  requireRoot(context);
  const stored = findPlan(context, reference);
  const item = stored.plan.items.find(({ id }) => id === itemId);
  if (!item) throw new HoldfastError('NOT_FOUND', 'The plan has no such item.', { hint: 'Make the plan again.' });
  if (item.secret)
    throw new HoldfastError('NOT_FOUND', 'This file holds secrets; its content is not shown.', { path: item.target });
  const { fs } = context.ports;
  const source = resolve(context.workspace, item.source);
  const path = side === 'target' ? at(context.root, item.target) : systemPath(source);
  const upgrade =
    side === 'result' && item.schema !== undefined ? upgradeOf(context, stored, item.target, source) : undefined;
  try {
    if (upgrade) return upgradedBytes(fs, source, upgrade);
    const stat = fs.lstatSync(path);
    if (stat.isSymbolicLink()) return fs.readlinkSync(path, { encoding: 'buffer' });
    return stat.isFile() ? fs.readFileSync(path) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function upgradeOf(context: Context, { input }: StoredPlan, target: string, source: string): Upgrade | undefined {
  for (const { entries } of legacyPlaces(context, input.from, input.set.target ?? '')) {
    const found = entries.find(entry => entry.target === target && entry.source === source);
    if (found) return found.upgrade;
  }
  return undefined;
}
