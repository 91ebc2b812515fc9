import { createInterface } from 'node:readline';
import { asHoldfastError } from '../engine/errors.ts';
import { nodePorts } from '../node-ports.ts';
import { removePrivateDirectory } from './private-directory.ts';
import { type Serving, serve } from './serve.ts';
import { SetWorkspaces } from './workspaces.ts';

/**
 * The sidecar as a process of its own. Its parent hands it a token and a socket in the environment and keeps its standard
 * input open: when that ends, the parent is gone and so is any reason to go on. `ready` on standard output says that it
 * listens; a line of JSON on standard input says which folders to serve, as `PUT /v1/workspaces` does.
 */

/** Longer than any cleaning up takes; after it, whatever still runs is left to the journals. */
const closingPatience = 15_000;

function take(name: string): string {
  const value = process.env[name] ?? '';
  // Not for the programs that the engine starts, nor for whoever can list the environment of this process's children.
  delete process.env[name];
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** With the parent its pipes are gone: writing to them must not end the cleaning up. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const token = take('HOLDFAST_SIDECAR_TOKEN');
const socket = take('HOLDFAST_SIDECAR_SOCKET');
delete process.env.ELECTRON_RUN_AS_NODE;

let starting: Promise<Serving> | undefined;
let serving: Serving | undefined;
let ending = false;

async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), closingPatience).unref();
  try {
    // The parent may have gone while this was starting.
    await (await starting)?.close();
  } catch (error) {
    say(`Closing: ${asHoldfastError(error).message}`);
    status = 1;
  }
  removePrivateDirectory(socket);
  process.exit(status);
}

function setWorkspaces(line: string): void {
  if (line.trim() === '') return;
  try {
    const { workspaces, trusted } = SetWorkspaces.parse(JSON.parse(line));
    serving?.services.workspaces.set(workspaces, trusted);
  } catch (error) {
    say(`The workspaces on standard input: ${asHoldfastError(error).message}`);
  }
}

async function main(): Promise<void> {
  if (token === '' || socket === '') {
    say('This process is started by the Holdfast extension. By hand, use: holdfast serve');
    process.exit(2);
  }
  const early: string[] = [];
  const lines = createInterface({ input: process.stdin });
  lines.on('line', line => (serving ? setWorkspaces(line) : early.push(line)));
  lines.on('close', () => void end(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(0));

  starting = serve({
    listen: socket,
    ports: nodePorts(),
    workspaces: [],
    token,
    workspacesCanChange: true,
    log: say,
  });
  serving = await starting;
  if (ending) return;
  for (const line of early) setWorkspaces(line);
  process.stdout.write('ready\n');
}

main().catch(error => {
  say(asHoldfastError(error).message);
  process.exit(1);
});
