import type { MigrationDetails } from '../../protocol/migrations.ts';
import { type Context, requireRoot } from '../context.ts';
import { findMigration } from './records.ts';

/** @throws NOT_FOUND, AMBIGUOUS */
export function showMigration(context: Context, reference: string): MigrationDetails {
  requireRoot(context);
  const { id, planId, profile, status, createdAt, files, bytes, plan, safetySnapshot } = findMigration(
    context,
    reference,
  );
  return { id, planId, profile, status, createdAt, files, bytes, plan, safetySnapshot };
}
