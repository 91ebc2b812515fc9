import type { Command } from 'commander';
import type { z } from 'zod';
import type { Backup, BackupList, VerifyBackup } from '../protocol/backups.ts';
import { open, type Run } from './call.ts';
import { addNoun, addVerb, collect, overwriteOption } from './command.ts';
import { confirm } from './confirm.ts';
import { ago, bytes, count, number, omissionLines, type Style, shortId, table } from './format.ts';
import { backupReference, checkedInput, pathOption, plainPaths, rootPaths } from './input.ts';
import { printable } from './printable.ts';
import { restoreAnswer, restoreQuestion, undoCommand } from './restore-text.ts';
import { brokenLines } from './snapshot-text.ts';

export function addBackup(program: Command, run: Run): void {
  const noun = addNoun(program, 'backup', 'archives of the root that plain tar can read');
  addCreate(noun, run);
  addList(noun, run);
  addVerify(noun, run);
  addDelete(noun, run);
  addRestore(noun, run);
}

function createdLines(style: Style, backup: Backup): string[] {
  const { areas, secrets, vault, legacy } = backup.scope;
  const scope = [
    legacy
      ? 'the legacy state, outside the root'
      : areas.length === 0
        ? 'the whole root'
        : areas.map(printable).join(', '),
    secrets ? 'with secrets' : 'without secrets',
    ...(vault ? [secrets ? 'with the vault' : 'but with the vault, whose history has them'] : []),
  ].join(', ');
  return [
    `Backed up ${count(backup.files, 'file')}, ${bytes(backup.bytes)} (${scope}) to an archive of ${bytes(backup.archiveBytes)}:`,
    `  ${style.bold(printable(backup.file))}`,
    style.dim(`  sha256 ${backup.sha256}`),
    ...(vault && !secrets
      ? [
          `${style.warn('Secrets can be read from it:')} the vault in it holds what snapshots and sessions ever captured, also of secret areas.`,
          'Whoever gets it gets these. For a backup without them: no --with-vault.',
        ]
      : []),
    style.dim(`  id ${backup.id}; to bring it back: holdfast backup restore ${shortId(backup.id)}`),
  ];
}

function addCreate(noun: Command, run: Run): void {
  addVerb(noun, 'create', 'pack the root into one archive outside of it', [
    ['holdfast backup create', 'Everything but secrets, into the backup directory'],
    ['holdfast backup create --area uploads --to /mnt/usb', 'One area, to another disk'],
    ['holdfast backup create --include-secrets --with-vault', 'Everything, with the history'],
    ['holdfast backup create --legacy', 'What lies outside the root as yet, without secrets'],
  ])
    .option('--legacy', 'back up the state in legacy places instead of the root')
    .option('--area <id>', 'back up this area (again for more)', collect)
    .option('--to <dir>', 'put the archive into this directory', pathOption)
    .option('--include-secrets', 'also areas that hold secrets')
    .option('--with-vault', 'also the vault: snapshots and history, with what these hold of secret areas')
    .action(
      run(
        async (
          call,
          options: { area?: string[]; to?: string; includeSecrets?: boolean; withVault?: boolean; legacy?: boolean },
        ) => {
          const { createBackup } = await import('../engine/backups/create.ts');
          const { CreateBackup } = await import('../protocol/backups.ts');
          const { area, ...rest } = options;
          const input = await checkedInput(CreateBackup, { ...rest, areas: area });
          const backup = await createBackup(await open(call), input, call.work);
          return {
            kind: 'report',
            json: { backup },
            omissions: { title: 'Left out', list: backup.omitted },
            text: style => createdLines(style, backup),
          };
        },
      ),
    );
}

/** Whether secrets can be read from it, and where. */
function heldText({ scope: { secrets, vault } }: Backup): string {
  if (secrets) return 'yes';
  return vault ? 'in its vault' : 'no';
}

function listLines(style: Style, list: BackupList): string[] {
  const rows = list.backups.map(backup => [
    style.accent(shortId(backup.id)),
    ago(backup.createdAt),
    number(backup.files),
    bytes(backup.bytes),
    bytes(backup.archiveBytes),
    heldText(backup),
    printable(backup.file),
  ]);
  return [
    ...(rows.length === 0
      ? [`No backups in ${printable(list.directory)}. Make one with: holdfast backup create`]
      : table(style, ['id', 'created', '>files', '>size', '>archive', 'secrets', 'file'], rows)),
    ...brokenLines(style, 'Backups', list.broken),
  ];
}

function addList(noun: Command, run: Run): void {
  addVerb(noun, 'list', 'list the backups of this root', [
    ['holdfast backup list', 'Those in the backup directory'],
    ['holdfast backup list --json', 'The same for a program'],
  ]).action(
    run(async call => {
      const { listBackups } = await import('../engine/backups/list.ts');
      const list = await listBackups(await open(call));
      return {
        kind: 'data',
        json: list,
        text: style => listLines(style, list),
        ...(list.broken.length > 0 ? { status: 5 } : {}),
      };
    }),
  );
}

function verifyLines(style: Style, result: z.infer<typeof VerifyBackup>): string[] {
  const read = `${count(result.files, 'file')}, ${bytes(result.bytes)} read`;
  return result.ok
    ? [`${style.good('The backup is whole:')} ${read}.`]
    : [`${style.bad('The backup is damaged:')} ${read}.`, ...omissionLines(style, 'Damaged', result.bad)];
}

function addVerify(noun: Command, run: Run): void {
  addVerb(noun, 'verify <id|file>', 'read a backup and check every byte of it', [
    ['holdfast backup verify latest', 'The newest one'],
    ['holdfast backup verify /mnt/usb/app.tar.gz', 'A file'],
  ]).action(
    run(async (call, reference: string) => {
      const { verifyBackup } = await import('../engine/backups/verify.ts');
      const result = await verifyBackup(await open(call), backupReference(reference), call.work);
      return { kind: 'data', json: result, text: style => verifyLines(style, result), status: result.ok ? 0 : 5 };
    }),
  );
}

function addDelete(noun: Command, run: Run): void {
  addVerb(noun, 'delete <id>', 'delete a backup', [
    ['holdfast backup delete k3f9', 'By the beginning of its id'],
    ['holdfast backup delete k3f9 --yes', 'Without being asked'],
  ]).action(
    run(async (call, reference: string) => {
      const { deleteBackup } = await import('../engine/backups/delete.ts');
      const context = await open(call);
      await confirm(call, async () => {
        const { listBackups } = await import('../engine/backups/list.ts');
        const { resolveReference } = await import('../engine/id.ts');
        const backup = resolveReference('backup', reference, (await listBackups(context)).backups);
        return [
          `Delete the backup ${printable(backup.file)} (${bytes(backup.archiveBytes)})? It cannot be brought back.`,
        ];
      });
      const result = await deleteBackup(context, reference);
      return { kind: 'report', json: result, text: () => [`Deleted ${result.deleted.map(shortId).join(', ')}.`] };
    }),
  );
}

function addRestore(noun: Command, run: Run): void {
  addVerb(noun, 'restore <id|file> [path...]', 'unpack a backup, or parts of it', [
    ['holdfast backup restore latest', 'Into the root; what is overwritten goes to a safety snapshot'],
    ['holdfast backup restore latest --to /srv/app/data', 'Into another directory'],
    ['holdfast backup restore /mnt/usb/app.tar.gz uploads --overwrite never', 'What is missing, from a file'],
    ['holdfast backup restore latest --dry-run', 'Only show what would change'],
  ])
    .option('--to <dir>', 'restore into this directory instead of the root', pathOption)
    .addOption(overwriteOption())
    .option('--dry-run', 'only show what would change')
    .action(
      run(
        async (
          call,
          reference: string,
          paths: string[],
          options: { to?: string; overwrite: string; dryRun?: boolean },
        ) => {
          const { findBackup } = await import('../engine/backups/find.ts');
          const { restoreBackup } = await import('../engine/backups/restore.ts');
          const { RestoreBackup } = await import('../protocol/backups.ts');
          const context = await open(call);
          const input = await checkedInput(RestoreBackup, {
            ...options,
            paths: rootPaths(context, paths),
          });
          const backup = backupReference(reference);
          // `latest` says little once there is a newer one.
          const { known } = findBackup(context, backup);
          const name = `backup ${known ? shortId(known.id) : printable(reference)}`;
          if (!input.dryRun) {
            await confirm(call, async () => {
              const plan = await restoreBackup(context, backup, { ...input, dryRun: true }, call.work);
              return restoreQuestion(name, plan, undefined);
            });
          }
          const result = await restoreBackup(context, backup, input, call.work);
          return restoreAnswer(name, result, safety =>
            undoCommand(safety, result, context.root, plainPaths(context, paths)),
          );
        },
      ),
    );
}
