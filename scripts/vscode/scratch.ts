import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.ts';

export interface Scratch {
  readonly dir: string;
  readonly serverDataDir: string;
  readonly extensionsDir: string;
  /** Points the server's temporary files, sockets among them, into the scratch directory. */
  readonly env: Environment;
  remove(): void;
}

/** A directory for one VS Code: everything that it writes of its own accord disappears with it. */
export function makeScratch(): Scratch {
  // The path of a socket is limited to about 100 bytes, of which VS Code's name takes 50. macOS's own is too long.
  const base = process.platform !== 'win32' && tmpdir().length > 30 ? '/tmp' : tmpdir();
  const dir = realpathSync(mkdtempSync(join(base, 'holdfast-')));
  const [serverDataDir, extensionsDir, temporary] = ['server', 'extensions', 'tmp'].map(name => join(dir, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [serverDataDir, extensionsDir, temporary]) mkdirSync(path);
  const remove = () => {
    process.off('exit', remove);
    // Windows refuses to remove what a process that is just ending still holds.
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  process.once('exit', remove);
  const env = { TMPDIR: temporary, TMP: temporary, TEMP: temporary, XDG_RUNTIME_DIR: undefined };
  return { dir, serverDataDir, extensionsDir, env, remove };
}
