import { isAbsent, systemCode } from '../errors.ts';
import type { FileCalls } from '../ports.ts';

/** Far more than people write by hand, and little enough for any parser. */
const largest = 1024 * 1024;

/**
 * The text of a file that people write to configure something; `undefined` when there is none. A file that is there and
 * cannot be understood may be the one that names the root, so it is a problem and no absence (design rule 8).
 *
 * @returns `problem` goes on after "the file cannot be used:"
 */
export function configurationText(fs: FileCalls, file: string): { text: string } | { problem: string } | undefined {
  try {
    const stats = fs.statSync(file);
    // Reading a pipe would wait for whoever writes it.
    if (!stats.isFile()) return { problem: 'it is not a file' };
    if (stats.size > largest) return { problem: 'it is larger than 1 MiB' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file)) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const code = systemCode(error);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { problem: 'it is not UTF-8' };
    if (code === undefined) throw error;
    return { problem: `it cannot be read (${code})` };
  }
}
