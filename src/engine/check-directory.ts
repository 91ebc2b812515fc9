import path from 'node:path';
import { HoldfastError, isAbsent, systemCode } from './errors.ts';
import type { FileCalls } from './ports.ts';

/**
 * That files can be put into a directory that somebody named: it is one, or can be made.
 *
 * @throws CONFLICT with the path of what is in the way: a file, or a link that leads nowhere
 */
export function checkDirectory(fs: FileCalls, directory: string): void {
  for (let at = directory; ; at = path.dirname(at)) {
    const found = whatLiesAt(fs, at);
    if (found === 'directory' || (found === 'nothing' && path.dirname(at) === at)) return;
    if (found === 'nothing') continue;
    throw new HoldfastError('CONFLICT', 'What should be a directory is none.', {
      path: at,
      hint: 'Give another directory, or move this out of the way.',
    });
  }
}

function whatLiesAt(fs: FileCalls, at: string): 'directory' | 'nothing' | 'other' {
  try {
    return fs.statSync(at).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (!leadsNowhere(error)) throw error;
  }
  try {
    fs.lstatSync(at);
    return 'other';
  } catch (error) {
    // What is in the way is met further up.
    if (leadsNowhere(error)) return 'nothing';
    throw error;
  }
}

function leadsNowhere(error: unknown): boolean {
  return isAbsent(error) || ['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '');
}
