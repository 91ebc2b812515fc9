import { PruneVault } from '../../../protocol/retention.ts';
import { HoldfastError } from '../../errors.ts';
import type { Settings } from '../../root/settings.ts';
import { hasRules } from '../../snapshots/retention.ts';
import { before, parseTimeSpan } from '../../time-span.ts';
import type { Policy } from './plan.ts';

/**
 * What was asked for, else what the setting `holdfast.retention` says. Versions of sessions follow the setting only.
 *
 * @param now to which months of the grace period are counted
 * @throws USAGE
 */
export function policyFor(input: PruneVault, { retention }: Pick<Settings, 'retention'>, now: Date): Policy {
  const { grace, dryRun: _, ...asked } = PruneVault.parse(input);
  const given = Object.values(asked).some(value => value !== undefined);
  if (given && !hasRules(asked)) {
    throw new HoldfastError('USAGE', 'These rules keep no snapshot at all.', {
      hint: 'To delete snapshots, name them: holdfast snapshot delete',
    });
  }
  const rules = given ? asked : retention;
  if (rules.keepWithin !== undefined) parseTimeSpan(rules.keepWithin);
  const { versionsKeepLast, versionsKeepWithin } = retention;
  return {
    snapshots: rules,
    versions: { versionsKeepLast, versionsKeepWithin },
    grace: now.getTime() - before(now.getTime(), parseTimeSpan(grace)),
  };
}

/** Whether the setting wants anything deleted. */
export function wantsPruning({ retention }: Pick<Settings, 'retention'>): boolean {
  return hasRules(retention) || retention.versionsKeepLast !== undefined || retention.versionsKeepWithin !== undefined;
}
