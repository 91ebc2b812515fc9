import type { Command } from 'commander';
import type { RecoverableList } from '../protocol/sessions.ts';
import { open, type Run } from './call.ts';
import { addVerb, versionNumber } from './command.ts';
import { confirm } from './confirm.ts';
import { ago, bytes, count, number, type Style, table } from './format.ts';
import { printable } from './printable.ts';
import { sessionName } from './session-text.ts';

function recoverableLines(style: Style, { recoverable }: RecoverableList): string[] {
  if (recoverable.length === 0) return ['No unsaved edits.'];
  const rows = recoverable.map(buffer => [
    style.accent(printable(buffer.session === '' ? buffer.id : buffer.session)),
    printable(buffer.title),
    printable(buffer.file),
    ago(buffer.updatedAt),
    `${number(buffer.base)}${buffer.version === buffer.base ? '' : style.warn(` (now ${number(buffer.version)})`)}`,
    bytes(buffer.bytes),
    [buffer.active ? 'being edited' : '', buffer.broken === undefined ? '' : style.bad(printable(buffer.broken))]
      .filter(Boolean)
      .join(' '),
    style.dim(printable(buffer.id)),
  ]);
  return table(style, ['session', 'title', 'file', 'typed', '>over version', '>size', '', 'buffer'], rows);
}

/** The verbs on edits that were typed and not saved. */
export function addSessionRecover(noun: Command, run: Run): void {
  addVerb(noun, 'recoverable', 'list edits that were typed and not saved', [
    ['holdfast session recoverable', 'Those typed last come first'],
  ]).action(
    run(async call => {
      const { listRecoverable } = await import('../engine/sessions/buffers/list.ts');
      const { requireRoot } = await import('../engine/context.ts');
      const context = await open(call);
      requireRoot(context);
      const list = await listRecoverable(context);
      return { kind: 'data', json: list, text: style => recoverableLines(style, list) };
    }),
  );

  addVerb(noun, 'recover <id>', 'make unsaved edits the next version of their session', [
    ['holdfast session recover k3f9', 'Of a session, or of one buffer'],
    ['holdfast session recover k3f9 --merge', 'Where the session went on meanwhile: bring both together'],
    ['holdfast session recover k3f9 --expect-version 7', 'Over version 7, whatever was typed over'],
  ])
    .option('--expect-version <n>', 'the version to replace; without it the one that was edited', versionNumber)
    .option('--merge', 'bring the edits together with what the session has become')
    .action(
      run(async (call, id: string, input: { expectVersion?: number; merge?: boolean }) => {
        const { recoverSession } = await import('../engine/sessions/buffers/recover.ts');
        const session = await recoverSession(await open(call), id, input, call.work);
        return {
          kind: 'report',
          json: { session },
          text: () => [`${sessionName(session)} has its unsaved edits, as version ${number(session.version)}.`],
        };
      }),
    );

  addVerb(noun, 'discard <id>', 'give up unsaved edits', [
    ['holdfast session discard k3f9', 'All of a session, or one buffer'],
    ['holdfast session discard k3f9 --yes', 'Without being asked'],
  ]).action(
    run(async (call, id: string) => {
      const { discardBuffer } = await import('../engine/sessions/buffers/discard.ts');
      const { findBuffers } = await import('../engine/sessions/buffers/find.ts');
      const context = await open(call);
      await confirm(call, () => [
        `Give up ${count(findBuffers(context, id).length, 'buffer')} of unsaved edits of "${printable(id)}".`,
        'They cannot be brought back. Go on?',
      ]);
      const result = discardBuffer(context, id);
      return {
        kind: 'report',
        json: result,
        text: () => [`Gave up ${count(result.discarded.length, 'buffer')} of unsaved edits.`],
      };
    }),
  );
}
