import * as vscode from 'vscode';
import type { RestoreResult } from '../../protocol/common.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { formatBytes } from '../format.ts';
import { texts } from '../messages.ts';
import { type Work, withWork } from '../progress.ts';
import type { Services } from '../services.ts';
import type { Workspace } from '../workspace.ts';
import { inBackground } from './failure.ts';
import { omissionLines } from './report-lines.ts';

export interface RestoreFlow {
  readonly workspace: Workspace;
  /** What is restored, as people call it. */
  readonly name: string;
  /** Absolute; absent: into the root. */
  readonly to?: string | undefined;
  /** Whether files that the source does not have can be deleted. */
  readonly canDeleteExtra: boolean;
  /** Bytes of a path in what is restored, for the question. */
  bytesOf?(path: string): number;
  restore(options: { dryRun: boolean; deleteExtra: boolean }, work: Work): Promise<RestoreResult>;
  /** Shows what would change before the decision. */
  compare?(): Promise<unknown>;
}

type Decision = 'restore' | 'deleteExtra' | 'compare';

/** Dry run, question, execution, result with Undo: the same for snapshots and backups. */
export async function restoreWithQuestion(services: Services, flow: RestoreFlow): Promise<RestoreResult | undefined> {
  const { prompts } = services;
  const preview = await withWork(texts.checkingRestore(), work =>
    flow.restore({ dryRun: true, deleteExtra: flow.canDeleteExtra }, work),
  );
  const extra = preview.changes.filter(({ action }) => action === 'delete');
  const written = preview.changes.filter(
    ({ action, type }) => type !== 'dir' && (action === 'create' || action === 'overwrite'),
  );
  if (
    preview.changes.every(({ action }) => action === 'unchanged' || action === 'keep') &&
    preview.failed.length === 0
  ) {
    void prompts.tell('info', texts.alreadyRestored(flow.name, preview.to));
    return preview;
  }
  const actions: Partial<Record<Decision, string>> = {
    restore: texts.restore(),
    ...(extra.length > 0 ? { deleteExtra: texts.restoreAndDelete(extra.length) } : {}),
    ...(flow.compare ? { compare: texts.compareFirst() } : {}),
  };
  const bytes = flow.bytesOf ? written.reduce((sum, { path }) => sum + (flow.bytesOf?.(path) ?? 0), 0) : undefined;
  const question = {
    message: texts.restoreQuestion(flow.name, preview.to),
    detail: questionDetail(preview, written.length, bytes, extra.length),
  };
  const decision = await prompts.confirm(question, actions);
  if (decision === 'compare') await flow.compare?.();
  if (decision !== 'restore' && decision !== 'deleteExtra') return undefined;
  if (decision === 'deleteExtra' && !(await confirmDeletion(services, extra))) return undefined;
  const result = await withWork(texts.restoring(flow.name), work =>
    flow.restore({ dryRun: false, deleteExtra: decision === 'deleteExtra' }, work),
  );
  await flow.workspace.refresh('root');
  tellResult(services, flow, result);
  return result;
}

function questionDetail(preview: RestoreResult, written: number, bytes: number | undefined, extra: number): string {
  return [
    texts.restoreCounts(
      written,
      preview.overwritten,
      bytes === undefined ? undefined : formatBytes(bytes, vscode.env.language),
    ),
    ...(extra > 0 ? [texts.extraStay(extra)] : []),
    ...(preview.failed.length > 0 ? [texts.cannotRestore(preview.failed.length)] : []),
    texts.destination(preview.to),
    texts.safetyFirst(),
  ].join('\n');
}

async function confirmDeletion(services: Services, extra: readonly { path: string }[]): Promise<boolean> {
  const shown = extra.slice(0, 20).map(({ path }) => path);
  const detail = [...shown, ...(extra.length > shown.length ? [texts.andMore(extra.length - shown.length)] : [])].join(
    '\n',
  );
  const answer = await services.prompts.confirm(
    { message: texts.deleteExtraQuestion(extra.length), detail },
    { delete: texts.delete() },
  );
  return answer === 'delete';
}

function tellResult(services: Services, flow: RestoreFlow, result: RestoreResult): void {
  const actions: Partial<Record<'undo' | 'list' | 'open', string>> = {
    ...(result.safetySnapshot !== null && flow.to === undefined ? { undo: texts.undo() } : {}),
    ...(result.failed.length > 0 ? { list: texts.showList() } : {}),
    ...(flow.to === undefined ? {} : { open: texts.openFolder() }),
  };
  const message = texts.restored(result.restored, result.deleted.length, result.to);
  const told = result.failed.length > 0 ? `${message} ${texts.notRestored(result.failed.length)}` : message;
  inBackground(
    services,
    services.prompts.tell(result.failed.length > 0 ? 'warning' : 'info', told, actions).then(async action => {
      if (action === 'undo') await undoRestore(services, flow.workspace, result);
      if (action === 'list')
        await services.reports.show(texts.leftOut(), omissionLines(texts.leftOut(), result.failed));
      if (action === 'open') await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(result.to));
    }),
  );
}

/**
 * Puts back what the restore replaced and removes what it made. Files that have changed since for another reason are
 * left alone: then only what was replaced comes back.
 */
async function undoRestore(services: Services, workspace: Workspace, done: RestoreResult): Promise<void> {
  const safety = done.safetySnapshot;
  if (safety === null) throw new HoldfastError('FAILED', texts.nothingToUndo());
  const client = await workspace.client();
  const touched = new Set(
    done.changes.flatMap(({ path, action }) => (action === 'unchanged' || action === 'keep' ? [] : [path])),
  );
  const replaced = done.changes.flatMap(({ path, action }) =>
    action === 'overwrite' || action === 'delete' ? [path] : [],
  );
  const result = await withWork(texts.undoing(), async work => {
    const preview = await client.restoreSnapshot(safety, { deleteExtra: true, dryRun: true }, work);
    const others = preview.changes.some(
      ({ path, action }) => action !== 'unchanged' && action !== 'keep' && !touched.has(path),
    );
    return client.restoreSnapshot(safety, others ? { paths: replaced } : { deleteExtra: true }, work);
  });
  await workspace.refresh('root');
  void services.prompts.tell('info', texts.undone(result.restored, result.deleted.length));
}
