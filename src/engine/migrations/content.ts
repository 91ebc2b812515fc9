import { type Context, requireRoot } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { systemPath } from '../names.ts';
import { at } from '../placement/plan.ts';
import { findPlan } from './records.ts';

/**
 * One side of a plan's item, for comparing: the legacy file, or what the root has in its place (`undefined`: nothing).
 *
 * @throws NOT_FOUND for an unknown plan or item, and for secrets, whose content is never shown
 */
export function readPlanContent(
  context: Context,
  reference: string,
  itemId: string,
  side: 'source' | 'target',
): Buffer | undefined {
  requireRoot(context);
  const stored = findPlan(context, reference);
  const item = stored.plan.items.find(({ id }) => id === itemId);
  const source = item && Object.hasOwn(stored.sources, item.target) ? stored.sources[item.target] : undefined;
  if (!item || source === undefined)
    throw new HoldfastError('NOT_FOUND', 'The plan has no such item.', { hint: 'Make the plan again.' });
  if (item.secret)
    throw new HoldfastError('NOT_FOUND', 'This file holds secrets; its content is not shown.', { path: item.target });
  const { fs } = context.ports;
  const path = side === 'source' ? systemPath(source) : at(context.root, item.target);
  try {
    const stat = fs.lstatSync(path);
    if (stat.isSymbolicLink()) return fs.readlinkSync(path, { encoding: 'buffer' });
    return stat.isFile() ? fs.readFileSync(path) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
