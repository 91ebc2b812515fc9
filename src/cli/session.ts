import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { open, type Run } from './call.ts';
import { addNoun, addVerb, limitOption, versionNumber } from './command.ts';
import { confirm } from './confirm.ts';
import { bytes, number } from './format.ts';
import { checkedInput, pathOption } from './input.ts';
import { addSessionRecover } from './session-recover.ts';
import { addSessionSharing } from './session-share.ts';
import { sessionLines, sessionListLines, sessionName } from './session-text.ts';
import { addSessionVersions } from './session-versions.ts';
import { shellWord } from './shell-word.ts';

export function addSession(program: Command, run: Run): void {
  const noun = addNoun(program, 'session', 'working state with versions, such as notebooks');
  addList(noun, run);
  addCreate(noun, run);
  addUpdate(noun, run);
  addDelete(noun, run);
  addSessionVersions(noun, run);
  addSessionRecover(noun, run);
  addSessionSharing(noun, run);
}

function addList(noun: Command, run: Run): void {
  addVerb(noun, 'list', 'list the sessions', [
    ['holdfast session list', 'The 20 changed last'],
    ['holdfast session list --filter report --limit 5 --json', 'Five whose words contain "report", for a program'],
  ])
    .addOption(limitOption())
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addOption(new Option('--sort <key>', 'order').choices(['updatedAt', 'createdAt', 'title', 'bytes']))
    .option('--desc', 'descending')
    .option('--filter <text>', 'only those whose words contain it')
    .action(
      run(async (call, options: { limit: number; cursor?: string; sort?: string; desc?: boolean; filter?: string }) => {
        const { listSessions } = await import('../engine/sessions/list.ts');
        const { requireRoot } = await import('../engine/context.ts');
        const context = await open(call);
        const list = await listSessions(context, options);
        // Those in legacy places are there before the root is.
        if (list.total === 0) requireRoot(context);
        return { kind: 'data', json: list, text: style => sessionListLines(style, list) };
      }),
    );

  addVerb(noun, 'show <id>', 'show all about one session', [
    ['holdfast session show latest', 'The newest one'],
    ['holdfast session show "Sales report" --json', 'The one with this title, for a program'],
  ]).action(
    run(async (call, id: string) => {
      const { showSession } = await import('../engine/sessions/show.ts');
      const session = await showSession(await open(call), id);
      return { kind: 'data', json: { session }, text: style => sessionLines(style, session) };
    }),
  );
}

/** A file or directory of this name, else what a session or snapshot goes by; `latest` is never a file. */
function contentOrReference(from: string): string {
  if (from === '') throw new InvalidArgumentError('Name a file, directory, session or snapshot.');
  if (/^\.\.?[/\\]/.test(from) || (from !== 'latest' && existsSync(from))) return path.resolve(from);
  return from;
}

function addCreate(noun: Command, run: Run): void {
  addVerb(noun, 'create', 'make a session', [
    ['holdfast session create --title "Sales report"', 'An empty one'],
    ['holdfast session create --title "Sales report" --from report.json', 'With the content of a file or directory'],
    [
      'holdfast session create --title "Next month" --from k3f9',
      'With the content of another session, or of a snapshot',
    ],
  ])
    .requiredOption('--title <text>', 'its title: up to 50 characters')
    .option('--description <text>', 'more words about it: up to 250 characters')
    .option(
      '--from <source>',
      'file, directory, session, or snapshot (SNAPSHOT:PATH) to begin with',
      contentOrReference,
    )
    .action(
      run(async (call, input: { title: string; description?: string; from?: string }) => {
        const { createSession } = await import('../engine/sessions/create.ts');
        const session = await createSession(await open(call), input, call.work);
        return { kind: 'report', json: { session }, text: () => [`Created ${sessionName(session)}.`] };
      }),
    );
}

function addUpdate(noun: Command, run: Run): void {
  addVerb(noun, 'update <id>', 'give a session new content, as its next version', [
    ['holdfast session update k3f9 --from report.json', 'Whatever it has now becomes an older version'],
    ['holdfast session update k3f9 --from report.json --expect-version 4', 'Only if it is still at version 4 (else 4)'],
  ])
    .requiredOption('--from <path>', 'the file or directory with all of the new content', pathOption)
    .option('--expect-version <n>', 'the version that the content was made from', versionNumber)
    .action(
      run(async (call, id: string, { from, expectVersion }: { from: string; expectVersion?: number }) => {
        const { updateSession } = await import('../engine/sessions/update.ts');
        const given = { path: from };
        const session = await updateSession(await open(call), id, given, expectVersion, call.work);
        return {
          kind: 'report',
          json: { session },
          text: () => [`${sessionName(session)} is at version ${number(session.version)}.`],
        };
      }),
    );

  addVerb(noun, 'edit <id>', 'change the words about a session; no version is made', [
    ['holdfast session edit k3f9 --title "Sales report, final"', 'Another title'],
  ])
    .option('--title <text>', 'the new title')
    .option('--description <text>', 'the new description')
    .action(
      run(async (call, id: string, words: { title?: string; description?: string }) => {
        const { editSession } = await import('../engine/sessions/edit.ts');
        const { EditSession } = await import('../protocol/sessions.ts');
        if (words.title === undefined && words.description === undefined) {
          const { HoldfastError } = await import('../engine/errors.ts');
          throw new HoldfastError('USAGE', 'Nothing to change was given.', { hint: 'Give --title or --description.' });
        }
        const edit = await checkedInput(EditSession, words);
        const session = await editSession(await open(call), id, edit, call.work);
        return { kind: 'report', json: { session }, text: () => [`Changed ${sessionName(session)}.`] };
      }),
    );
}

function addDelete(noun: Command, run: Run): void {
  addVerb(noun, 'delete <id>', 'delete a session; its versions stay, and it can be brought back', [
    ['holdfast session delete k3f9', 'By the beginning of its id'],
    ['holdfast session delete "Sales report" --yes', 'By its title, without being asked'],
  ]).action(
    run(async (call, id: string) => {
      const { deleteSession } = await import('../engine/sessions/delete.ts');
      const { showSession } = await import('../engine/sessions/show.ts');
      const context = await open(call);
      // Where it lies, so that what was confirmed is what is deleted, whatever becomes `latest` meanwhile.
      const session = await showSession(context, id);
      await confirm(call, () => [
        `Delete ${sessionName(session)}: version ${number(session.version)}, ${bytes(session.bytes)}.`,
        'It can be brought back as long as its versions are kept. Go on?',
      ]);
      const result = await deleteSession(context, session.location, call.work);
      return {
        kind: 'report',
        json: { session, ...result },
        text: style => [
          `Deleted ${sessionName(session)}.`,
          style.dim(`To undo: holdfast session undelete ${shellWord(session.id)}`),
        ],
      };
    }),
  );
}
