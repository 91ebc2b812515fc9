import type { Command } from 'commander';
import { open, type Run } from './call.ts';
import { addVerb } from './command.ts';
import { bytes, count } from './format.ts';
import { absolute } from './input.ts';
import { printable } from './printable.ts';
import { sessionName } from './session-text.ts';

/** The verbs of `session` that are about giving one to others. */
export function addSessionSharing(noun: Command, run: Run): void {
  addVerb(noun, 'export <id> <file>', 'write a session with all its versions into one file, to give it to others', [
    ['holdfast session export k3f9 report.holdfast', 'Its words, its content, and every version that is kept'],
    ['holdfast session export k3f9 all.holdfast --include-secrets', 'Also when it has what secret areas hold'],
  ])
    .option('--include-secrets', 'also when it has what secret areas hold')
    .action(
      run(async (call, id: string, file: string, options: { includeSecrets?: boolean }) => {
        const { exportSession } = await import('../engine/sessions/export.ts');
        const input = { file: absolute(file, 'Name a file to export to.'), ...options };
        const result = await exportSession(await open(call), id, input, call.work);
        return {
          kind: 'report',
          json: result,
          text: () => [
            `Exported session ${printable(result.session)} to ${printable(result.file)}: ` +
              `${count(result.versions, 'version')}, ${bytes(result.fileBytes)} in the file.`,
          ],
        };
      }),
    );

  addVerb(noun, 'import <file>', 'take a session out of such a file; one that is here already stays as it is', [
    ['holdfast session import report.holdfast', 'With its versions, under the id that it has'],
    ['holdfast session import report.holdfast --as-new', 'Under a new id, beside the one that is here'],
  ])
    .option('--as-new', "make it a session of Holdfast's own, under a new id")
    .action(
      run(async (call, file: string, options: { asNew?: boolean }) => {
        const { importSession } = await import('../engine/sessions/import.ts');
        const result = await importSession(
          await open(call),
          { file: absolute(file, 'Name the file to import.'), ...options },
          call.work,
        );
        const name = sessionName(result.session);
        return {
          kind: 'report',
          json: result,
          text: () => [result.imported ? `Imported ${name}.` : `The ${name} is here already; nothing was changed.`],
        };
      }),
    );
}
