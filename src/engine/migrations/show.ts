import type { MigrationDetails } from '../../protocol/migrations.ts';
import { type Context, requireRoot } from '../context.ts';
import { Pace } from '../pace.ts';
import { findMigration } from './records.ts';

/** @throws NOT_FOUND, AMBIGUOUS */
export async function showMigration(context: Context, reference: string): Promise<MigrationDetails> {
  requireRoot(context);
  const { id, planId, profile, status, createdAt, files, bytes, plan, safetySnapshot } = await findMigration(
    context,
    reference,
    new Pace({}),
  );
  return { id, planId, profile, status, createdAt, files, bytes, plan, safetySnapshot };
}
