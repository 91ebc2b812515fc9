import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installVsCode } from './vscode/install.ts';
import { linkExtension } from './vscode/link-extension.ts';
import { makeScratch } from './vscode/scratch.ts';
import { startServer } from './vscode/server.ts';
import { quietSettings } from './vscode/settings.ts';
import { workbenchUrl } from './vscode/workbench-url.ts';

export interface OpenOptions {
  /** The project, whose extension has been built. */
  readonly project: string;
  readonly folder: string;
}

/**
 * Opens a folder with the extension in the VS Code that is installed, and returns; else in one in the browser, and
 * returns when the user interrupts it.
 */
export async function openInVsCode(options: OpenOptions): Promise<void> {
  const code = findCode();
  if (code !== undefined) {
    const failure = await openInstalled(code, options);
    if (failure === undefined) {
      process.stdout.write(`Opened ${options.folder} in VS Code.\n`);
      return;
    }
    process.stdout.write(`${code} did not start (${failure}); opening VS Code in the browser instead.\n`);
  }
  await serve(options);
}

function findCode(): string | undefined {
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(dir => join(dir, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK);
        // In the terminal of a remote window, `code` only talks to that window and loads no extension.
        return !/remote-cli/.test(realpathSync(path));
      } catch {
        return false;
      }
    });
}

/** Returns why it failed, or nothing. */
function openInstalled(code: string, { project, folder }: OpenOptions): Promise<string | undefined> {
  const args = [`--extensionDevelopmentPath=${project}`, folder];
  const windows = process.platform === 'win32';
  const quoted = (text: string) => (windows ? `"${text}"` : text);
  const child = spawn(quoted(code), args.map(quoted), { stdio: ['ignore', 'inherit', 'inherit'], shell: windows });
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('close', status => resolve(status === 0 ? undefined : `exit code ${status}`));
  });
}

async function serve({ project, folder }: OpenOptions): Promise<void> {
  const install = await installVsCode(project);
  const scratch = makeScratch();
  const connectionToken = randomBytes(16).toString('hex');
  const interrupted = interruption();
  try {
    linkExtension(project, scratch.extensionsDir);
    const { serverDataDir, extensionsDir, env } = scratch;
    const settings = quietSettings;
    const server = await startServer({
      ...{ install, serverDataDir, extensionsDir, env, settings, connectionToken },
      disableTrust: true,
    });
    try {
      const url = workbenchUrl(server.url, { folder, connectionToken });
      process.stdout.write(
        `VS Code is running. Open this address in a browser, and press Ctrl-C to end it:\n\n  ${url}\n\n`,
      );
      const end = await Promise.race([interrupted, server.ended.then(() => 'ended' as const)]);
      if (end === 'ended') throw new Error(`The VS Code server ended by itself.\n${server.log()}`);
      process.stdout.write('Stopping VS Code…\n');
    } finally {
      await server.stop();
    }
  } finally {
    scratch.remove();
  }
}

/** Settles at Ctrl-C, or when the terminal or a supervisor ends this process. */
function interruption(): Promise<'interrupted'> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'));
  });
}
