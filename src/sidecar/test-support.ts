import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Ports } from '../engine/ports.ts';
import { nodePorts } from '../node-ports.ts';
import { connectSidecar } from './client.ts';
import { type ServeOptions, serve } from './serve.ts';

/** A directory that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'holdfast-test-')));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A workspace with one file in its root, which is where no setting says otherwise. */
export function makeWorkspace(t: TestContext): { folder: string; root: string; home: string } {
  const directory = temporaryDirectory(t);
  const folder = path.join(directory, 'workspace');
  const root = path.join(folder, 'data', 'workspace');
  const home = path.join(directory, 'home');
  mkdirSync(home);
  mkdirSync(root, { recursive: true });
  writeFileSync(path.join(root, 'note.txt'), 'first');
  return { folder, root, home };
}

/** This machine, but nobody's home and environment. */
export function quietPorts(home: string): Ports {
  const ports = nodePorts();
  return {
    fs: ports.fs,
    host: ports.host,
    platform: ports.platform,
    env: {},
    home,
    user: 'tester',
    now: ports.now,
    randomBytes: ports.randomBytes,
    syncFileSystem: ports.syncFileSystem,
  };
}

/** The real server on a real socket, serving one workspace, with the real client; closed after the test. */
export async function serveWorkspace(t: TestContext, options: Partial<ServeOptions> = {}) {
  const workspace = makeWorkspace(t);
  const token = 'a token for tests';
  const socket = path.join(path.dirname(workspace.folder), 'socket');
  const serving = await serve({
    listen: process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(path.dirname(socket))}` : socket,
    ports: quietPorts(workspace.home),
    workspaces: [{ folder: workspace.folder }],
    token,
    ...options,
  });
  t.after(() => serving.close());
  const { address } = serving;
  const location = address.startsWith('http') ? { url: address } : { socket: address };
  const client = connectSidecar({ ...location, token });
  return { ...workspace, token, location, serving, client, engine: client.in(workspace.folder) };
}

/** Whether a process runs; one that has ended and that nobody has asked for (a zombie) does not. */
export function isRunning(pid: number): boolean {
  return nodePorts().host.processStart(pid) !== undefined;
}
