import path from 'node:path';
import { checkDirectory } from '../check-directory.ts';
import { type Context, vaultPath } from '../context.ts';
import { HoldfastError } from '../errors.ts';

/**
 * Where a restore goes: the root, or the directory that `--to` names (relative to the workspace). The root by another
 * name is the root.
 *
 * @throws CONFLICT for a place that cannot take files
 */
export function destinationOf(context: Context, to: string | undefined): string {
  const { fs } = context.ports;
  if (to === undefined) return checked(context, context.root);
  const directory = path.resolve(context.workspace, to);
  const real = (one: string) => (fs.existsSync(one) ? fs.realpathSync(one) : one);
  if (real(directory) === real(context.root)) return checked(context, context.root);
  const inVault = path.relative(real(vaultPath(context)), real(directory));
  if (inVault !== '..' && !inVault.startsWith(`..${path.sep}`) && !path.isAbsolute(inVault)) {
    throw new HoldfastError('CONFLICT', 'The destination lies in the vault.', {
      path: directory,
      hint: 'Give another directory with --to.',
    });
  }
  return checked(context, directory);
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

function checked({ ports }: Context, directory: string): string {
  checkDirectory(ports.fs, directory);
  return directory;
}
