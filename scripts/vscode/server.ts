import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Environment, serverEnvironment } from './environment.ts';
import type { VsCodeInstall } from './install.ts';
import { endProcessGroup, killProcessGroup } from './process-group.ts';

const startLimit = 120_000;

export interface ServerOptions {
  readonly install: VsCodeInstall;
  /** Settings, logs and workspace storage. A fresh directory is a VS Code that was never started before. */
  readonly serverDataDir: string;
  readonly extensionsDir: string;
  /** Added to the environment of the server and so of the extension host; `undefined` removes a variable. */
  readonly env?: Environment;
  /** Every workspace is trusted. Without it, a workspace opens in restricted mode until the user trusts it. */
  readonly disableTrust?: boolean;
  /** User settings, written before the start. */
  readonly settings?: Record<string, unknown>;
  /** Takes the extension under development and its tests from the address; notifications then stay silent. */
  readonly testMode?: boolean;
  /** What a browser must present. Without it, everyone on this machine can use the server while it runs. */
  readonly connectionToken?: string;
}

export interface VsCodeServer {
  readonly url: string;
  readonly port: number;
  /** The last lines that the server printed, for error messages. */
  log(): string;
  /** Settles when the server has ended, by `stop` or by itself. */
  readonly ended: Promise<void>;
  /** Ends the server with all processes it started. May be called twice. */
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  writeSettings(options);
  const server = spawn(process.execPath, serverArguments(options), {
    cwd: options.serverDataDir,
    env: serverEnvironment({ ...options.env, HOLDFAST_SERVER_PARENT: String(process.pid) }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  const lines: string[] = [];
  const listening = portOf(server, lines);
  const killNow = () => {
    if (server.pid !== undefined) killProcessGroup(server.pid);
  };
  // First, so that whoever removes the server's directories at exit finds it gone.
  process.prependOnceListener('exit', killNow);
  const ended = new Promise<void>(resolve => server.once('close', () => resolve()));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endProcessGroup(server).finally(() => process.off('exit', killNow));
    return stopped;
  };
  const log = () => lines.slice(-40).join('\n');
  try {
    const port = await listening;
    const url = `http://127.0.0.1:${port}`;
    await untilItAnswers(url);
    return { url, port, log, ended, stop };
  } catch (error) {
    await stop();
    throw new Error(`The VS Code server did not start: ${(error as Error).message}\n${log()}`.trimEnd());
  }
}

function serverArguments(options: ServerOptions): string[] {
  const { install, serverDataDir, extensionsDir, disableTrust, testMode, connectionToken } = options;
  return [
    ...['--import', new URL('end-with-parent.ts', import.meta.url).href],
    install.main,
    // The system picks a free port and the server prints it: nobody else can take it in between.
    ...['--host', '127.0.0.1', '--port', '0'],
    ...(connectionToken ? ['--connection-token', connectionToken] : ['--without-connection-token']),
    '--accept-server-license-terms',
    ...(testMode ? ['--enable-smoke-test-driver'] : []),
    ...(disableTrust ? ['--disable-workspace-trust'] : []),
    '--disable-telemetry',
    // The extension host gets the environment given here, not what a login shell makes of it.
    '--force-disable-user-env',
    ...['--server-data-dir', serverDataDir, '--extensions-dir', extensionsDir],
  ];
}

function writeSettings({ serverDataDir, extensionsDir, settings }: ServerOptions): void {
  mkdirSync(extensionsDir, { recursive: true });
  const dir = join(serverDataDir, 'data', 'User');
  mkdirSync(dir, { recursive: true });
  if (settings) writeFileSync(join(dir, 'settings.json'), JSON.stringify(settings, null, 2));
}

/** The port that the server prints when it listens. Keeps reading afterwards: a full pipe would stop the server. */
function portOf(server: ChildProcess, lines: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it printed no port within ${startLimit / 1000} s`)), startLimit);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    const read = (chunk: Buffer) => {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      lines.splice(0, lines.length - 200);
      const port = /Extension host agent listening on (\d+)/.exec(lines.join('\n'))?.[1];
      if (port) settle(() => resolve(Number(port)));
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    // Writing never happens; without a listener a broken pipe would end this process.
    server.stdin?.on('error', () => {});
    server.once('error', error => settle(() => reject(error)));
    server.once('exit', (code, signal) => settle(() => reject(new Error(`it ended with ${signal ?? code}`))));
  });
}

async function untilItAnswers(url: string): Promise<void> {
  let last: unknown = 'no answer';
  for (const limit = Date.now() + startLimit; Date.now() < limit; await delay(100)) {
    try {
      const response = await fetch(`${url}/version`, { signal: AbortSignal.timeout(10_000) });
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`no answer from ${url} within ${startLimit / 1000} s (${last})`);
}
