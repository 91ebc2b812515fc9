import * as vscode from 'vscode';
import { schemes } from '../contributions.ts';
import { texts } from '../messages.ts';
import type { Preview } from '../plans.ts';

/** Closes every comparison of a plan, in whatever editor it is. */
export async function closePlanTabs({ workspace, plan }: Preview): Promise<void> {
  const title = texts.planTitle(workspace.name);
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  const over = tabs.filter(({ input, label }) => {
    const uris = urisOf(input);
    // VS Code does not tell all that a multi-file diff shows: then its title does.
    if (uris.length === 0) return label === title || label.startsWith(`${title} (`);
    return uris.some(uri => isOf(uri, plan.planId));
  });
  if (over.length > 0) await vscode.window.tabGroups.close(over, true);
}

function isOf(uri: vscode.Uri, planId: string): boolean {
  if (uri.scheme === schemes.plan) return uri.authority.startsWith(`${planId}.`);
  return uri.scheme === schemes.report && uri.fragment === planId;
}

/** The documents that a tab of any kind shows, also of kinds that are not in the API yet. */
function urisOf(input: unknown): vscode.Uri[] {
  if (input instanceof vscode.Uri) return [input];
  if (typeof input !== 'object' || input === null) return [];
  return Object.values(input).flatMap(value => (Array.isArray(value) ? value.flatMap(urisOf) : urisOf(value)));
}
