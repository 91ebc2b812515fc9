import * as vscode from 'vscode';
import { compose, type HoldfastApi } from './compose.ts';
import { Log } from './log.ts';
import { texts } from './messages.ts';

export function activate(context: vscode.ExtensionContext): HoldfastApi {
  const start = performance.now();
  const log = new Log();
  context.subscriptions.push(log);
  try {
    const api = compose(context, log);
    log.info(`Activated in ${Math.round(performance.now() - start)} ms`);
    return api;
  } catch (error) {
    // VS Code does not tell anyone that an extension failed to start.
    log.error('activation', error);
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(texts.activationFailed(why), texts.showLog()).then(action => {
      if (action) log.show();
    });
    throw error;
  }
}
