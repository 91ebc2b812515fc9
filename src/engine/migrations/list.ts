import type { Migration } from '../../protocol/migrations.ts';
import { type Context, requireRoot } from '../context.ts';
import { readMigrationHeads } from './records.ts';

/** Migrations into this root, newest first. */
export function listMigrations(context: Context): Migration[] {
  requireRoot(context);
  return readMigrationHeads(context).map(({ id, planId, profile, status, createdAt, files, bytes }) => ({
    id,
    planId,
    profile,
    status,
    createdAt,
    files,
    bytes,
  }));
}
