import * as vscode from 'vscode';

export interface Choice<Value> {
  readonly label: string;
  readonly value: Value;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  /** A codicon's id. */
  readonly icon?: string | undefined;
  /** A heading above this choice. */
  readonly group?: string | undefined;
}

export interface Question {
  readonly message: string;
  readonly detail: string;
}

export interface InputOptions {
  readonly title: string;
  readonly placeholder?: string;
  readonly value?: string;
}

/**
 * Everything a command asks or tells the person at the screen. Commands get it handed in, so that another extension or
 * a test can answer instead. Every question may be left unanswered: `undefined`.
 */
export interface Prompts {
  /** @param options `stays` when the focus goes elsewhere, as it does while a window opens */
  pick<Value>(
    choices: readonly Choice<Value>[],
    options: { title: string; placeholder?: string; stays?: boolean },
  ): Promise<Value | undefined>;
  pickMany<Value>(
    choices: readonly Choice<Value>[],
    options: { title: string; placeholder?: string },
  ): Promise<Value[] | undefined>;
  input(options: InputOptions): Promise<string | undefined>;
  /** Modal. Answers with the key of the chosen action. */
  confirm<Action extends string>(
    question: Question,
    actions: Partial<Record<Action, string>>,
  ): Promise<Action | undefined>;
  /** A notification. Answers with the key of the chosen action. */
  tell<Action extends string>(
    kind: 'info' | 'warning' | 'error',
    message: string,
    actions?: Partial<Record<Action, string>>,
  ): Promise<Action | undefined>;
  folder(options: { title: string; label: string; start?: vscode.Uri }): Promise<vscode.Uri | undefined>;
  /** Where to write a file. VS Code asks when there is one already. */
  save(options: {
    title: string;
    label: string;
    name: string;
    filters: Record<string, string[]>;
  }): Promise<vscode.Uri | undefined>;
  files(options: { title: string; label: string; filters: Record<string, string[]> }): Promise<vscode.Uri | undefined>;
}

export const windowPrompts: Prompts = {
  async pick(choices, { title, placeholder, stays }) {
    const picked = await vscode.window.showQuickPick(quickPickItems(choices), {
      title,
      ignoreFocusOut: stays ?? false,
      ...(placeholder === undefined ? {} : { placeHolder: placeholder }),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    return picked?.choice?.value;
  },

  async pickMany(choices, { title, placeholder }) {
    const picked = await vscode.window.showQuickPick(quickPickItems(choices), {
      title,
      ...(placeholder === undefined ? {} : { placeHolder: placeholder }),
      matchOnDescription: true,
      canPickMany: true,
    });
    return picked?.flatMap(item => (item.choice ? [item.choice.value] : []));
  },

  async input({ title, placeholder, value }) {
    return vscode.window.showInputBox({
      title,
      ...(placeholder === undefined ? {} : { placeHolder: placeholder }),
      ...(value === undefined ? {} : { value }),
      ignoreFocusOut: true,
    });
  },

  async confirm(question, actions) {
    const items = actionItems(actions);
    const options = { modal: true, detail: question.detail };
    return (await vscode.window.showWarningMessage(question.message, options, ...items))?.action;
  },

  async tell(kind, message, actions) {
    const items = actionItems(actions);
    const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
    switch (kind) {
      case 'info':
        return (await showInformationMessage(message, ...items))?.action;
      case 'warning':
        return (await showWarningMessage(message, ...items))?.action;
      case 'error':
        return (await showErrorMessage(message, ...items))?.action;
    }
  },

  async folder({ title, label, start }) {
    const picked = await vscode.window.showOpenDialog({
      title,
      openLabel: label,
      canSelectFiles: false,
      canSelectFolders: true,
      ...(start === undefined ? {} : { defaultUri: start }),
    });
    return picked?.[0];
  },

  async save({ title, label, name, filters }) {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const defaultUri = folder && vscode.Uri.joinPath(folder.uri, name);
    return vscode.window.showSaveDialog({ title, saveLabel: label, filters, ...(defaultUri && { defaultUri }) });
  },

  async files({ title, label, filters }) {
    const picked = await vscode.window.showOpenDialog({ title, openLabel: label, filters });
    return picked?.[0];
  },
};

interface ChoiceItem<Value> extends vscode.QuickPickItem {
  choice?: Choice<Value>;
}

function quickPickItems<Value>(choices: readonly Choice<Value>[]): ChoiceItem<Value>[] {
  let group: string | undefined;
  return choices.flatMap(choice => {
    const item: ChoiceItem<Value> = { label: choice.label, choice };
    if (choice.description !== undefined) item.description = choice.description;
    if (choice.detail !== undefined) item.detail = choice.detail;
    if (choice.icon !== undefined) item.iconPath = new vscode.ThemeIcon(choice.icon);
    if (choice.group === undefined || choice.group === group) return [item];
    group = choice.group;
    return [{ label: group, kind: vscode.QuickPickItemKind.Separator }, item];
  });
}

function actionItems<Action extends string>(actions: Partial<Record<Action, string>> = {}) {
  const titles: Record<string, string | undefined> = actions;
  return Object.entries(titles).flatMap(([action, title]) =>
    title === undefined ? [] : [{ title, action: action as Action }],
  );
}
