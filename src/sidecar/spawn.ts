import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { connectSidecar, type HoldfastClient, HoldfastError } from './client.ts';
import { makePrivateSocket } from './private-directory.ts';

export interface SidecarExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it was asked to end. */
  expected: boolean;
}

export interface StartSidecar {
  /** The sidecar's program: `dist/sidecar.cjs`. */
  script: string;
  /** What runs it: Node, or an Electron that is told to be Node. Default: the program that runs this. */
  execPath?: string;
  /** Its environment, from which it finds roots: default, the one of this process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Where the directory of its socket is made. Default: the system's directory for temporary files. */
  temporaryDirectory?: string;
  /** Called once when it has ended after having been ready. */
  onExit?: (exit: SidecarExit) => void;
  /** Takes what it writes to standard error, by line. */
  log?: (line: string) => void;
}

export interface RunningSidecar {
  client: HoldfastClient;
  pid: number;
  /** Where it listens, and with which token: for another client of this one sidecar. */
  socket: string;
  /** Ends it: what runs is cancelled and put back first. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** How long starting may take: a slow disk and a virus scanner included. */
const startPatience = 30_000;
/** Longer than the sidecar gives itself to close. */
const stopPatience = 20_000;

/** What would make the sidecar wait for a debugger or load somebody's code. */
const notInherited = ['NODE_OPTIONS', 'VSCODE_INSPECTOR_OPTIONS', 'NODE_CHANNEL_FD'];

/**
 * Starts a sidecar as a child of this process and resolves once it answers. It ends with this process, however that ends:
 * its standard input is a pipe from here.
 *
 * @throws SIDECAR_FAILED with what it said last
 */
export async function startSidecar(options: StartSidecar): Promise<RunningSidecar> {
  const token = randomBytes(32).toString('hex');
  const socket = await makePrivateSocket(randomBytes, options.temporaryDirectory);
  const env: Record<string, string | undefined> = { ...(options.env ?? process.env) };
  for (const name of notInherited) delete env[name];
  const child = spawn(options.execPath ?? process.execPath, [options.script], {
    env: {
      ...env,
      ELECTRON_RUN_AS_NODE: '1',
      HOLDFAST_SIDECAR_TOKEN: token,
      HOLDFAST_SIDECAR_SOCKET: socket.path,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  // Writing to one that has just ended is no error of its own.
  child.stdin.on('error', () => {});

  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', line => {
    said.push(line);
    if (said.length > 20) said.shift();
    options.log?.(line);
  });
  const gone = ended(child);
  let ready = false;
  let stopping = false;
  const left = gone.then(async ({ code, signal }) => {
    await socket.remove();
    if (ready) options.onExit?.({ code, signal, expected: stopping });
  });
  const stop = async () => {
    stopping = true;
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatience);
    await left;
    clearTimeout(timer);
  };

  const client = connectSidecar({ socket: socket.path, token });
  try {
    await becomesReady(child, gone, said);
    await client.health();
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new HoldfastError('SIDECAR_FAILED', 'The sidecar ended as soon as it had started.', {
        hint: 'See the log.',
      });
    }
    ready = true;
  } catch (error) {
    child.kill('SIGKILL');
    await stop();
    throw error;
  }
  return { client, pid: child.pid!, socket: socket.path, stop };
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** Resolves when the process is gone, or could not be started at all. */
function ended(child: ChildProcess): Promise<Ended> {
  return new Promise(resolve => {
    child.once('error', error => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function becomesReady(child: ChildProcess, gone: Promise<Ended>, said: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: Error) => {
      clearTimeout(timer);
      const last = said.at(-1);
      reject(
        new HoldfastError('SIDECAR_FAILED', `The sidecar did not start: ${why}.${last ? ` It said: ${last}` : ''}`, {
          hint: 'See the log.',
          details: { said: [...said] },
          cause,
        }),
      );
    };
    const timer = setTimeout(() => fail(`it was not ready within ${startPatience / 1000} s`), startPatience);
    void gone.then(({ code, signal, error }) =>
      fail(error ? error.message : `it ended with ${signal ?? `status ${code}`}`, error),
    );
    createInterface({ input: child.stdout! }).on('line', line => {
      if (line !== 'ready') return;
      clearTimeout(timer);
      resolve();
    });
  });
}
