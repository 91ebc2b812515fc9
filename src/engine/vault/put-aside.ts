import { type Context, vaultPath } from '../context.ts';
import { makeDirectory, renameOver, syncDirectory } from '../durable.ts';
import { isAbsent } from '../errors.ts';

/** Moves a damaged file of the vault to `quarantine/`, where nobody reads it but whoever wants to look. @returns whether it was there */
export function putAside(context: Context, file: string): boolean {
  const { ports } = context;
  const quarantine = vaultPath(context, 'quarantine');
  makeDirectory(ports, quarantine);
  try {
    renameOver(ports, vaultPath(context, file), vaultPath(context, 'quarantine', file.replaceAll('/', '-')));
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  syncDirectory(ports, quarantine);
  return true;
}
