import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { FileInfo } from '../../../protocol/common.ts';
import type { Diff, Snapshot } from '../../../protocol/snapshots.ts';
import { type Candidate, openComparison } from '../../content/comparison.ts';
import { isText, isTextFile, largestText } from '../../content/is-text.ts';
import { factsOf, factsUri } from '../../content/reports.ts';
import { snapshotUri, snapshotUriBeside } from '../../content/snapshot-files.ts';
import { texts } from '../../messages.ts';
import { inView } from '../../progress.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { type ChosenSnapshot, chooseSnapshot, nodesOf, pickSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { coveredBy } from './covered-by.ts';
import { livePlaceOf } from './live-place.ts';
import { nameOf } from './name.ts';

/** The other snapshot, for callers that do not ask. */
const Other = z.object({ other: z.string() });

/** What has changed since a snapshot: it on the left, the root as it is now on the right. */
export const diffWithNow: Command = {
  async run(services, args): Promise<Diff | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.compareWhich());
    if (!chosen) return undefined;
    return compare(services, chosen.workspace, chosen.snapshot, null, chosen.paths);
  },
};

/** Between two snapshots, the older one on the left. */
export const diffWithOther: Command = {
  async run(services, args): Promise<Diff | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.compareWhich());
    if (!chosen) return undefined;
    const { workspace, snapshot, paths } = chosen;
    const other = await otherOf(services, args, chosen);
    if (!other) return undefined;
    const [before, after] = snapshot.createdAt <= other.createdAt ? [snapshot, other] : [other, snapshot];
    return compare(services, workspace, before, after, paths);
  },
};

/** The second of two selected rows, the one that the caller names, else the person's choice. */
async function otherOf(services: Services, args: readonly unknown[], { workspace, snapshot }: ChosenSnapshot) {
  const [, second, ...more] = nodesOf(args);
  if (second?.kind === 'snapshot' && second.workspace === workspace && more.length === 0) return second.snapshot;
  const named = Other.safeParse(args[0]).data?.other;
  if (named !== undefined) return (await workspace.client()).showSnapshot(named);
  return pickSnapshot(services, workspace, texts.compareWith(), snapshot.id);
}

/** `null`: the root as it is now. */
type Side = Snapshot | null;

async function compare(services: Services, workspace: Workspace, a: Snapshot, b: Side, paths: string[]): Promise<Diff> {
  const client = await workspace.client();
  const diff = await inView('holdfast.snapshots', () => client.diffSnapshot(a.id, b?.id ?? null, paths));
  const root = await livePlaceOf(workspace, a);
  const candidate = (path: string, kind: Candidate['kind'], before?: FileInfo, after?: FileInfo): Candidate => ({
    path,
    kind,
    resolve: () => sides(services, { path, a, b, root, before, after }),
  });
  const candidates = [
    ...diff.added.map(after => candidate(after.path, 'added', undefined, after)),
    ...diff.removed.map(before => candidate(before.path, 'removed', before, undefined)),
    ...diff.modified.map(({ path, before, after }) => candidate(path, 'modified', before, after)),
  ];
  candidates.sort((x, y) => (x.path < y.path ? -1 : 1));
  const only = diff.scope ? ` ${texts.comparedOnly(coveredBy(diff.scope))}` : '';
  if (candidates.length === 0)
    void services.prompts.tell('info', texts.nothingChanged(sideName(a), sideName(b)) + only);
  else await openComparison(services.prompts, texts.comparison(sideName(a), sideName(b)), candidates);
  return diff;
}

function sideName(side: Side): string {
  return side === null ? texts.now() : nameOf(side);
}

interface Compared {
  path: string;
  a: Snapshot;
  b: Side;
  root: string;
  before: FileInfo | undefined;
  after: FileInfo | undefined;
}

/**
 * The documents of both sides. VS Code leaves out of a multi-file diff what is not text, without a word: such files,
 * links and directories are shown by what is known about them instead.
 */
async function sides(services: Services, compared: Compared) {
  const { path, a, b, root, before, after } = compared;
  const live = vscode.Uri.file(join(root, path));
  const texty = (await isTextIn(services, a, before, undefined)) && (await isTextIn(services, b, after, live.fsPath));
  const left = b === null ? snapshotUriBeside(a.id, path, live) : snapshotUri(a.id, path);
  const right = b === null ? live : snapshotUri(b.id, path);
  return {
    path,
    label: right,
    ...(before ? { left: texty ? left : factsUri('before', path, factsOf(before)) } : {}),
    ...(after ? { right: texty ? right : factsUri('after', path, factsOf(after)) } : {}),
  };
}

async function isTextIn(
  services: Services,
  side: Side,
  info: FileInfo | undefined,
  livePath: string | undefined,
): Promise<boolean> {
  if (!info) return true;
  if (info.type !== 'file' || info.secret || info.size > largestText) return false;
  if (side === null) return livePath !== undefined && isTextFile(livePath);
  return isText(await services.contents.bytes(side.id, info.path));
}
