import type { Scope } from '../../../protocol/snapshots.ts';
import { texts } from '../../messages.ts';

/** What a snapshot covers, in words. */
export function coveredBy({ areas, paths, legacy }: Scope): string {
  if (legacy) return texts.legacyState();
  return [...areas, ...paths].join(', ') || texts.wholeRoot();
}
