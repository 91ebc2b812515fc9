import * as vscode from 'vscode';
import { asHoldfastError, type HoldfastError } from '../../sidecar/client.ts';
import { runCommand } from '../contribute.ts';
import { texts } from '../messages.ts';
import type { Services } from '../services.ts';

type Action = 'log' | 'settings' | 'explain' | 'init' | 'trust' | 'plan' | 'restart';

const actionsOf: Partial<Record<HoldfastError['code'], Action[]>> = {
  ROOT_UNUSABLE: ['explain', 'settings'],
  ROOT_MISSING: ['init', 'plan'],
  INVALID_CONFIG: ['settings', 'log'],
  UNTRUSTED: ['trust'],
  PLAN_STALE: ['plan'],
  SIDECAR_FAILED: ['restart', 'log'],
  USAGE: [],
};

/** Tells the person what went wrong and what can be done next; does not wait for the answer. */
export function showFailure(services: Services, doing: string, thrown: unknown): void {
  const error = asHoldfastError(thrown);
  if (error.code === 'CANCELLED') {
    void services.prompts.tell('info', error.message);
    return;
  }
  services.log.error(doing, thrown);
  const titles: Record<Action, string> = {
    log: texts.showLog(),
    settings: texts.openSettings(),
    explain: texts.explain(),
    init: texts.initialise(),
    trust: texts.manageTrust(),
    plan: texts.previewMigration(),
    restart: texts.restart(),
  };
  const offered = actionsOf[error.code] ?? ['log'];
  const actions = Object.fromEntries(offered.map(action => [action, titles[action]])) as Partial<
    Record<Action, string>
  >;
  inBackground(
    services,
    services.prompts.tell('error', failureText(error), actions).then(action => act(services, action)),
  );
}

/** What follows an answer that nobody waits for: a failure is told like that of a command. */
export function inBackground(services: Services, work: Promise<unknown>): void {
  work.catch(error => showFailure(services, 'afterwards', error));
}

export function failureText(error: HoldfastError): string {
  const where = error.path !== undefined && !error.message.includes(error.path) ? ` (${error.path})` : '';
  return [`${error.message}${where}`, error.hint].filter(Boolean).join(' ');
}

async function act(services: Services, action: Action | undefined): Promise<void> {
  switch (action) {
    case 'log':
      return services.log.show();
    case 'settings':
      return openSettings();
    case 'explain':
      await runCommand('holdfast.root.show');
      return;
    case 'init':
      await runCommand('holdfast.root.init');
      return;
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return;
    case 'plan':
      await runCommand('holdfast.migrate.plan');
      return;
    case 'restart':
      await runCommand('holdfast.sidecar.restart');
      return;
  }
}

export async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'holdfast.root');
}
