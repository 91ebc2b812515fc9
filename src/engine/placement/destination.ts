import path from 'node:path';
import { checkDirectory } from '../check-directory.ts';
import { type Context, vaultPath } from '../context.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { contains } from '../names.ts';
import type { Ports } from '../ports.ts';
import { vaultAround } from './vaults-there.ts';

/**
 * Where a restore goes: the root, or the directory that `--to` names (relative to the workspace). The root by another
 * name is the root.
 *
 * @throws CONFLICT for a place that cannot take files
 */
export function destinationOf(context: Context, to: string | undefined): string {
  if (to === undefined) return checked(context, context.root);
  const directory = path.resolve(context.workspace, to);
  const real = realPlace(context.ports, directory);
  if (real === realPlace(context.ports, context.root)) return checked(context, context.root);
  if (contains(realPlace(context.ports, vaultPath(context)), real) || vaultAround(context.ports, real) !== undefined) {
    throw new HoldfastError('CONFLICT', 'The destination lies in a vault.', {
      path: directory,
      hint: 'Give another directory with --to.',
    });
  }
  return checked(context, directory);
}

/**
 * A directory around the root does not become what a snapshot holds: all of the root would be extra.
 *
 * @param mayDelete whether something below this path may be deleted
 * @throws CONFLICT when the root lies where something may be deleted
 */
export function refuseAroundRoot(context: Context, base: string, mayDelete: (path: string) => boolean): void {
  if (base === context.root) return;
  const real = realPlace(context.ports, base);
  const root = realPlace(context.ports, context.root);
  if (!contains(real, root) || !mayDelete(path.relative(real, root).split(path.sep).join('/'))) return;
  throw new HoldfastError('CONFLICT', 'The root lies in this directory, and would be deleted as extra.', {
    path: base,
    hint: 'Nothing was changed. Give another directory with --to, or leave out --delete-extra.',
  });
}

/**
 * State of legacy places has the order of these, not that of the root, and is not put back where a program may be at work
 * with it.
 *
 * @throws CONFLICT when `base` is the root
 */
export function refuseIntoRoot(context: Context, base: string, command: string): void {
  if (base !== context.root) return;
  throw new HoldfastError(
    'CONFLICT',
    'This holds state of legacy places, which does not belong into the root as it is.',
    {
      hint: `Put it into a directory of its own: holdfast ${command} --to DIR. What you want of it, migrate from there with --from, or copy back.`,
    },
  );
}

/** The real path of what need not be there yet: of the deepest directory above it that is there, and the names below. */
function realPlace(ports: Ports, directory: string): string {
  try {
    return ports.fs.realpathSync(directory);
  } catch (error) {
    if (!isAbsent(error) && !['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) throw error;
    const above = path.dirname(directory);
    return above === directory ? directory : path.join(realPlace(ports, above), path.basename(directory));
  }
}

function checked({ ports }: Context, directory: string): string {
  checkDirectory(ports.fs, directory);
  return directory;
}
