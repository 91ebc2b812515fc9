import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { CommandId } from '../../src/extension/contributions.ts';
import type { HoldfastApi } from '../../src/extension/extension.ts';
import type { Choice, Prompts, Question } from '../../src/extension/prompts.ts';
import type { AnyNode } from '../../src/extension/views/nodes.ts';

export function extensionUnderTest(): vscode.Extension<HoldfastApi> {
  const extension = vscode.extensions.getExtension<HoldfastApi>('holdfast.holdfast');
  if (!extension) throw new Error('holdfast.holdfast is not installed');
  return extension;
}

/** The extension's API, once every workspace folder has been read. */
export async function ready(): Promise<HoldfastApi> {
  const api = await extensionUnderTest().activate();
  await api.whenReady();
  return api;
}

export function folderAt(index: number): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[index];
  if (!folder) throw new Error(`There is no workspace folder ${index}`);
  return folder;
}

export function run<Result>(id: CommandId, ...args: unknown[]): Thenable<Result> {
  return vscode.commands.executeCommand<Result>(id, ...args);
}

/** What the command line answers, for a folder and this process's environment. */
export async function cli(folder: string, ...args: string[]): Promise<unknown> {
  const script = join(extensionUnderTest().extensionPath, 'dist', 'holdfast.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--workspace', folder, '--json', ...args], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  return JSON.parse(stdout);
}

/** The same for a command that also tells by its exit status what it found. */
export async function cliAnswer(folder: string, ...args: string[]): Promise<unknown> {
  try {
    return await cli(folder, ...args);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return JSON.parse(stdout);
  }
}

/** Resolves when `holds` does; fails with `what` after a while. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limit = 20_000): Promise<void> {
  for (const end = Date.now() + limit; Date.now() < end; await delay(20)) {
    if (await holds()) return;
  }
  throw new Error(`Not within ${limit / 1000} s: ${what}`);
}

export interface Told {
  readonly kind: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly actions: readonly string[];
}

type Answer<Asked> = (asked: Asked) => unknown;

/** Answers in place of a person what is asked next, and keeps what was asked and told. Unexpected questions stay unanswered. */
export class Answers implements Prompts {
  readonly questions: (Question & { actions: readonly string[] })[] = [];
  readonly told: Told[] = [];
  readonly picks: { title: string; labels: string[] }[] = [];
  nextPick: Answer<readonly Choice<unknown>[]> | undefined;
  nextInput: string | undefined;
  nextConfirm: string | undefined;
  nextTell: string | undefined;
  nextFolder: vscode.Uri | undefined;
  nextFile: vscode.Uri | undefined;
  nextSave: vscode.Uri | undefined;

  async pick<Value>(choices: readonly Choice<Value>[], { title }: { title: string }): Promise<Value | undefined> {
    this.picks.push({ title, labels: choices.map(({ label }) => label) });
    const answer = this.nextPick;
    this.nextPick = undefined;
    return answer?.(choices) as Value | undefined;
  }

  async pickMany<Value>(): Promise<Value[] | undefined> {
    return undefined;
  }

  async input(): Promise<string | undefined> {
    const answer = this.nextInput;
    this.nextInput = undefined;
    return answer;
  }

  async confirm<Action extends string>(
    question: Question,
    actions: Partial<Record<Action, string>>,
  ): Promise<Action | undefined> {
    this.questions.push({ ...question, actions: Object.keys(actions) });
    const answer = this.nextConfirm;
    this.nextConfirm = undefined;
    return answer as Action | undefined;
  }

  async tell<Action extends string>(
    kind: Told['kind'],
    message: string,
    actions?: Partial<Record<Action, string>>,
  ): Promise<Action | undefined> {
    this.told.push({ kind, message, actions: Object.keys(actions ?? {}) });
    const answer = this.nextTell;
    if (answer === undefined || !(answer in (actions ?? {}))) return undefined;
    this.nextTell = undefined;
    return answer as Action;
  }

  async folder(): Promise<vscode.Uri | undefined> {
    const answer = this.nextFolder;
    this.nextFolder = undefined;
    return answer;
  }

  async save(): Promise<vscode.Uri | undefined> {
    const answer = this.nextSave;
    this.nextSave = undefined;
    return answer;
  }

  async files(): Promise<vscode.Uri | undefined> {
    const answer = this.nextFile;
    this.nextFile = undefined;
    return answer;
  }

  /** The errors told so far, for a message of a failed assertion. */
  get errors(): string[] {
    return this.told.filter(({ kind }) => kind === 'error').map(({ message }) => message);
  }
}

export interface Row {
  readonly node: AnyNode;
  readonly item: vscode.TreeItem;
  readonly label: string;
}

/** The rows of a view below one of them, or at its top. */
export async function rows(api: HoldfastApi, view: keyof HoldfastApi['views'], node?: AnyNode): Promise<Row[]> {
  const provider = api.views[view];
  const nodes = (await provider.getChildren(node)) ?? [];
  return Promise.all(
    nodes.map(async one => {
      const item = await provider.getTreeItem(one);
      return { node: one, item, label: typeof item.label === 'string' ? item.label : (item.label?.label ?? '') };
    }),
  );
}

/** Type, mode, bytes and time of everything below a directory, by path; the vault left out. */
export function fingerprint(dir: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (at: string) => {
    for (const name of readdirSync(join(dir, at)).sort()) {
      const path = at === '' ? name : `${at}/${name}`;
      if (path === '.holdfast') continue;
      const stat = lstatSync(join(dir, path), { bigint: true });
      const mode = (stat.mode & 0o777n).toString(8);
      if (stat.isDirectory()) {
        found[path] = `dir ${mode}`;
        visit(path);
      } else if (stat.isSymbolicLink()) {
        found[path] = `link ${readlinkSync(join(dir, path))}`;
      } else {
        const digest = createHash('sha256')
          .update(readFileSync(join(dir, path)))
          .digest('hex');
        found[path] = `file ${mode} ${Math.round(Number(stat.mtimeNs / 1000n) / 1000)} ${digest}`;
      }
    }
  };
  visit('');
  return found;
}

export function tabLabels(): string[] {
  return vscode.window.tabGroups.all.flatMap(group => group.tabs.map(tab => tab.label));
}

export async function closeTabs(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
