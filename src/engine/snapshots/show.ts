import type { Snapshot } from '../../protocol/snapshots.ts';
import { type Context, requireRoot } from '../context.ts';
import { findSnapshot } from './manifest.ts';

/** @throws NOT_FOUND, AMBIGUOUS, CORRUPT */
export function showSnapshot(context: Context, reference: string): Snapshot {
  requireRoot(context);
  return findSnapshot(context, reference);
}
