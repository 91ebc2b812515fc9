import * as vscode from 'vscode';
import { type Composed, compose } from './compose.ts';
import { Log } from './log.ts';
import { texts } from './messages.ts';

/** What `activate` returns: for tests and for other extensions. */
export interface HoldfastApi extends Composed {
  /** How long `activate` took, in milliseconds. */
  readonly activationTime: number;
}

export function activate(context: vscode.ExtensionContext): HoldfastApi {
  const start = performance.now();
  const log = new Log();
  context.subscriptions.push(log);
  try {
    const composed = compose(context, log);
    const activationTime = Math.round(performance.now() - start);
    log.info(`Activated in ${activationTime} ms`);
    return { ...composed, activationTime };
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
