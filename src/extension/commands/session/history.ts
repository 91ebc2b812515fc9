import * as vscode from 'vscode';
import type { Session, SessionDiff, SessionVersion } from '../../../protocol/sessions.ts';
import { type Candidate, openComparison } from '../../content/comparison.ts';
import { isNative, sessionUri } from '../../content/session-uri.ts';
import { formatBytes, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { type ChosenSession, chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';

/** The versions of a session, newest first; one is compared with now, opened, or made the current one again. */
export const showHistory: Command = {
  async run(services, args): Promise<SessionVersion[] | undefined> {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const { workspace, session } = chosen;
    const { versions } = await (await workspace.client()).sessionHistory(session.id);
    const choices = versions.map(value => ({
      label: texts.versionName(value.version),
      description: [
        texts.versionAction(value.action, value.from),
        formatTime(value.createdAt, vscode.env.language),
      ].join(' · '),
      detail: `${formatBytes(value.bytes, vscode.env.language)} · ${value.actor}`,
      icon: 'history',
      value,
    }));
    const version = await services.prompts.pick(choices, { title: texts.historyOf(session.title) });
    if (version) await actOn(services, chosen, version.version);
    return versions;
  },
};

async function actOn(services: Services, { workspace, session }: ChosenSession, version: number): Promise<void> {
  const fixed = session.legacy || !vscode.workspace.isTrusted;
  const steps = [
    { label: texts.compareWithNow(), icon: 'diff', value: 'compare' as const },
    { label: texts.openVersion(), icon: 'go-to-file', value: 'open' as const },
    ...(fixed ? [] : [{ label: texts.revertToVersion(), icon: 'discard', value: 'revert' as const }]),
  ];
  const step = await services.prompts.pick(steps, { title: texts.versionWhat(session.title, version) });
  if (step === 'compare') await compareWithNow(services, workspace, session, version);
  if (step === 'open') await openVersion(services, workspace, session, version);
  if (step === 'revert') await revert(services, workspace, session, version);
}

async function compareWithNow(
  services: Services,
  workspace: Workspace,
  session: Session,
  version: number,
): Promise<void> {
  const diff = await (await workspace.client()).diffSession(session.id, version);
  const candidates = candidatesOf(diff, workspace, session, version);
  const title = texts.comparison(texts.versionWhat(session.title, version), texts.now());
  if (candidates.length === 0) void services.prompts.tell('info', texts.sameAsNow(version));
  else await openComparison(services.prompts, title, candidates);
}

function candidatesOf(diff: SessionDiff, workspace: Workspace, session: Session, version: number): Candidate[] {
  const left = (path: string) => sessionUri(workspace, session.id, path, { kind: 'version', of: String(version) });
  const right = (path: string) => sessionUri(workspace, session.id, path);
  const kinds = {
    added: diff.added.map(({ path }) => ({ path, right: right(path) })),
    removed: diff.removed.map(({ path }) => ({ path, left: left(path) })),
    modified: diff.modified.map(({ path }) => ({ path, left: left(path), right: right(path) })),
  };
  return (['added', 'removed', 'modified'] as const).flatMap(kind =>
    kinds[kind].map(sides => ({
      path: sides.path,
      kind,
      resolve: async () => ({ label: right(sides.path), ...sides }),
    })),
  );
}

async function openVersion(services: Services, workspace: Workspace, session: Session, version: number): Promise<void> {
  const path = isNative(session) ? await pathIn(services, workspace, session, version) : undefined;
  const name = path ?? session.location.slice(session.location.lastIndexOf('/') + 1);
  const uri = sessionUri(workspace, session.id, name, { kind: 'version', of: String(version) });
  if (!isNative(session) || path !== undefined) await vscode.commands.executeCommand('vscode.open', uri);
}

/** Which file of a version: what a comparison with now says that it has. */
async function pathIn(
  services: Services,
  workspace: Workspace,
  session: Session,
  version: number,
): Promise<string | undefined> {
  const client = await workspace.client();
  const [diff, now] = await Promise.all([client.diffSession(session.id, version), client.sessionFiles(session.id)]);
  const added = new Set(diff.added.map(({ path }) => path));
  const paths = [...now, ...diff.removed].flatMap(({ path, type }) =>
    type === 'file' && !added.has(path) ? [path] : [],
  );
  if (paths.length <= 1) return paths[0];
  return services.prompts.pick(
    paths.map(path => ({ label: path, value: path })),
    { title: texts.whichFile(session.title) },
  );
}

async function revert(services: Services, workspace: Workspace, session: Session, version: number): Promise<void> {
  const client = await workspace.client();
  const now = await client.revertSession(session.id, { version });
  await workspace.refresh('sessions', 'status');
  const told = services.prompts.tell('info', texts.reverted(session.title, version, now.version), {
    undo: texts.undo(),
  });
  inBackground(
    services,
    told.then(async action => {
      if (!action) return;
      await client.revertSession(session.id, { version: now.version - 1, expectVersion: now.version });
      await workspace.refresh('sessions', 'status');
    }),
  );
}
