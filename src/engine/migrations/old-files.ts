import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import { renameOver, temporaryPath, writeAll } from '../durable.ts';
import { isAbsent, systemCode } from '../errors.ts';
import { contains, nameFromBytes, systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { at } from '../placement/plan.ts';
import { systemTime } from '../placement/system-time.ts';
import type { StoredMigration } from './records.ts';

/** Single files at the places that they were migrated from. */

type Placed = StoredMigration['placed'][number];

/** Writes a copy of what is in the root to `source`, with the mode and time that the source had. */
export async function copyBack(
  context: Context,
  { source, path: place, mode, mtime }: Placed,
  pace: Pace,
): Promise<void> {
  const { fs } = context.ports;
  const temporary = systemPath(temporaryPath(context.ports, path.dirname(source)));
  const from = fs.openSync(at(context.root, place), 'r');
  const to = fs.openSync(temporary, 'wx', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let read = fs.readSync(from, buffer); read > 0; read = fs.readSync(from, buffer)) {
      writeAll(fs, to, buffer.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
    fs.fchmodSync(to, mode);
    fs.futimesSync(to, systemTime(mtime), systemTime(mtime));
    fs.fsyncSync(to);
    renameOver(context.ports, temporary, systemPath(source));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(from);
    fs.closeSync(to);
  }
}

/** Whether what lies at `source` is a link that a migration put there. `target` is absolute. */
export function isLinkTo({ ports }: Context, source: string, target: string, stat: BigIntStats): boolean {
  if (!stat.isSymbolicLink()) return false;
  const text = nameFromBytes(ports.fs.readlinkSync(systemPath(source), { encoding: 'buffer' }));
  return path.resolve(path.dirname(source), text) === target;
}

/** What a link at `source` says: relative where both lie in the workspace, which may be moved as a whole. */
export function linkText({ workspace }: Context, source: string, target: string): string {
  return contains(workspace, target) && contains(workspace, source)
    ? path.relative(path.dirname(source), target)
    : target;
}

/** `undefined`: nothing is there. */
export function lstat({ ports }: Context, absolute: string): BigIntStats | undefined {
  try {
    return ports.fs.lstatSync(systemPath(absolute), { bigint: true });
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
