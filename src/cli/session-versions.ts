import type { Command } from 'commander';
import { open, type Run } from './call.ts';
import { addVerb, versionNumber } from './command.ts';
import { number } from './format.ts';
import { pathOption } from './input.ts';
import { historyLines, sessionDiffLines, sessionName } from './session-text.ts';

/** The verbs on what a session was. */
export function addSessionVersions(noun: Command, run: Run): void {
  addVerb(noun, 'history <id>', 'list the versions of a session, the newest first; of a deleted one too', [
    ['holdfast session history k3f9', 'Who made which, when and how'],
  ]).action(
    run(async (call, id: string) => {
      const { sessionHistory } = await import('../engine/sessions/history.ts');
      const history = await sessionHistory(await open(call), id);
      return { kind: 'data', json: history, text: style => historyLines(style, history) };
    }),
  );

  addVerb(noun, 'diff <id>', 'compare versions of a session, or one with the session as it is now', [
    ['holdfast session diff k3f9', 'What the last change did'],
    ['holdfast session diff k3f9 2', 'What changed since version 2'],
    ['holdfast session diff k3f9 2 4', 'Between two versions'],
  ])
    .argument('[v1]', 'a version; without it the one before the last change', versionNumber)
    .argument('[v2]', 'another version; without it the session as it is now', versionNumber)
    .action(
      run(async (call, id: string, a: number | undefined, b: number | undefined) => {
        const { diffSession } = await import('../engine/sessions/diff.ts');
        const diff = await diffSession(await open(call), id, a, b, call.work);
        return { kind: 'data', json: diff, text: style => sessionDiffLines(style, diff) };
      }),
    );

  addVerb(noun, 'revert <id>', 'make an older version the content again, as a new version', [
    ['holdfast session revert k3f9 --version 2', 'What came after version 2 stays in the history'],
  ])
    .requiredOption('--version <n>', 'which version', versionNumber)
    .option('--expect-version <n>', 'only if the session is still at this version', versionNumber)
    .action(
      run(async (call, id: string, input: { version: number; expectVersion?: number }) => {
        const { revertSession } = await import('../engine/sessions/revert.ts');
        const session = await revertSession(await open(call), id, input, call.work);
        return {
          kind: 'report',
          json: { session },
          text: () => [
            `${sessionName(session)} is as in version ${number(input.version)} again, as version ${number(session.version)}.`,
          ],
        };
      }),
    );

  addVerb(noun, 'merge <id>', 'bring content made from an older version together with what the session has become', [
    [
      'holdfast session merge k3f9 --from mine.json --base 2',
      'Both changes since version 2; else 4, with what conflicts',
    ],
  ])
    .requiredOption('--from <path>', 'the file or directory with all of the changed content', pathOption)
    .requiredOption('--base <n>', 'the version that it was made from', versionNumber)
    .action(
      run(async (call, id: string, { from, base }: { from: string; base: number }) => {
        const { mergeSession } = await import('../engine/sessions/merge.ts');
        const given = { from: { path: from }, base };
        const session = await mergeSession(await open(call), id, given, call.work);
        return {
          kind: 'report',
          json: { session },
          text: () => [`Merged into ${sessionName(session)}, as version ${number(session.version)}.`],
        };
      }),
    );

  addVerb(noun, 'undelete <id>', 'bring back a deleted session', [
    ['holdfast session undelete "Sales report"', 'As it was when it was deleted'],
  ]).action(
    run(async (call, id: string) => {
      const { undeleteSession } = await import('../engine/sessions/undelete.ts');
      const session = await undeleteSession(await open(call), id, call.work);
      return { kind: 'report', json: { session }, text: () => [`Brought back ${sessionName(session)}.`] };
    }),
  );
}
