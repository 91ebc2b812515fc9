import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Finished, holdfast, type Running, startHoldfast } from './run.ts';

/** A test, or the functions of `node:test` for what a whole suite shares. */
export interface Ending {
  after(clean: () => void): void;
}

/** A workspace folder with a home directory of its own, both gone when the test ends. */
export interface Workspace {
  folder: string;
  home: string;
  /** Where the generic profile has its root. */
  root: string;
  run(...args: string[]): Finished;
  /** As `run`, and fails the test unless the exit status is 0. */
  done(...args: string[]): Finished;
  start(...args: string[]): Running;
  /** Writes files below the folder. */
  write(files: Record<string, string | Buffer>): void;
  env: Record<string, string>;
}

export function newWorkspace(t: Ending): Workspace {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-cli-')));
  const folder = path.join(base, 'app');
  const home = path.join(base, 'home');
  mkdirSync(folder);
  mkdirSync(home);
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const env: Record<string, string> = { HOME: home, USERPROFILE: home };
  const workspace: Workspace = {
    folder,
    home,
    root: path.join(folder, 'data', 'workspace'),
    env,
    run: (...args) => holdfast(args, { cwd: folder, env }),
    done: (...args) => {
      const result = workspace.run(...args);
      if (result.status !== 0) {
        throw new Error(`holdfast ${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
      }
      return result;
    },
    start: (...args) => {
      const running = startHoldfast(args, { cwd: folder, env });
      t.after(() => running.child.kill('SIGKILL'));
      return running;
    },
    write: files => {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(folder, name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    },
  };
  return workspace;
}

/** A workspace whose root holds a few files and a vault. */
export function rootedWorkspace(t: Ending): Workspace {
  const workspace = newWorkspace(t);
  workspace.write({
    'data/workspace/uploads/report.csv': 'a,b\n1,2\n',
    'data/workspace/uploads/photo.bin': Buffer.from([0, 255, 128, 10]),
    'data/workspace/settings.json': '{"theme":"dark"}\n',
  });
  workspace.done('root', 'init');
  return workspace;
}
