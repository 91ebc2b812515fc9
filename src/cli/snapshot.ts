import { type Command, Option } from 'commander';
import type { Context } from '../engine/context.ts';
import type { Snapshot } from '../protocol/snapshots.ts';
import { type Call, open, type Run } from './call.ts';
import { addNoun, addVerb, collect, limitOption, overwriteOption } from './command.ts';
import { confirm } from './confirm.ts';
import { checkedInput, pathOption, plainPaths, rootPaths } from './input.ts';
import { restoreAnswer, restoreQuestion, undoCommand } from './restore-text.ts';
import { addKeeping, type Labels } from './snapshot-keep.ts';
import { addSharing } from './snapshot-share.ts';
import { createdLines, diffLines, fileLines, snapshotLines, snapshotListLines, snapshotName } from './snapshot-text.ts';

export function addSnapshot(program: Command, run: Run): void {
  const noun = addNoun(program, 'snapshot', 'captures of the root that can be compared and restored');
  addCreate(noun, run);
  addList(noun, run);
  addShow(noun, run);
  addFiles(noun, run);
  addDiff(noun, run);
  addRestore(noun, run);
  addKeeping(noun, run);
  addSharing(noun, run);
}

interface CreateOptions {
  area?: string[];
  session?: string[];
  pin?: boolean;
  legacy?: boolean;
}

function addCreate(noun: Command, run: Run): void {
  addVerb(noun, 'create [path...]', 'capture the root, or parts of it', [
    ['holdfast snapshot create --title "Before the upgrade"', 'The whole root'],
    ['holdfast snapshot create --area settings --tag nightly --pin', 'One area, to be kept for good'],
    ['holdfast snapshot create uploads/report.csv', 'One file; paths are relative to the root'],
    ['holdfast snapshot create --session "Sales report"', 'One session'],
    ['holdfast snapshot create --legacy', 'What lies outside the root as yet, where it is'],
  ])
    .option('--legacy', 'capture the state in legacy places instead of the root')
    .option('--area <id>', 'capture this area (again for more)', collect)
    .option('--session <id>', 'capture this session (again for more)', collect)
    .option('--title <text>', 'a name for it')
    .option('--description <text>', 'more words about it')
    .option('--tag <tag>', 'a tag (again for more)', collect)
    .option('--pin', 'never let it be pruned')
    .action(
      run(async (call, paths: string[], options: Labels & CreateOptions) => {
        const { createSnapshot } = await import('../engine/snapshots/create.ts');
        const { CreateSnapshot } = await import('../protocol/snapshots.ts');
        const context = await open(call);
        const input = await checkedInput(CreateSnapshot, {
          paths: [...rootPaths(context, paths), ...(await sessionPaths(context, options.session ?? []))],
          areas: options.area,
          title: options.title,
          description: options.description,
          tags: options.tag?.filter(one => one !== ''),
          pinned: options.pin,
          legacy: options.legacy,
        });
        const snapshot = await createSnapshot(context, input, call.work);
        return {
          kind: 'report',
          json: { snapshot },
          omissions: { title: 'Left out', list: snapshot.skipped },
          text: style => createdLines(style, snapshot),
        };
      }),
    );
}

async function sessionPaths(context: Context, references: readonly string[]): Promise<string[]> {
  if (references.length === 0) return [];
  const { findSession } = await import('../engine/sessions/collect.ts');
  return references.map(reference => findSession(context, reference).place.location);
}

function addList(noun: Command, run: Run): void {
  addVerb(noun, 'list', 'list the snapshots, the newest first', [
    ['holdfast snapshot list', 'The newest 20'],
    ['holdfast snapshot list --tag nightly --sort bytes --desc --limit 5', 'The five largest with a tag'],
    ['holdfast snapshot list --filter upgrade --json', 'Those whose words contain "upgrade", for a program'],
  ])
    .addOption(limitOption())
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addOption(new Option('--sort <key>', 'order').choices(['createdAt', 'title', 'bytes']))
    .option('--desc', 'descending (without --sort: the newest first anyway)')
    .option('--filter <text>', 'only those whose title, description, tags or id contain it')
    .option('--tag <tag>', 'only those with this tag')
    .action(
      run(
        async (
          call,
          options: { limit: number; cursor?: string; sort?: string; desc?: boolean; filter?: string; tag?: string },
        ) => {
          const { listSnapshots } = await import('../engine/snapshots/list.ts');
          const list = await listSnapshots(await open(call), options);
          return {
            kind: 'data',
            json: list,
            text: style => snapshotListLines(style, list, Boolean(options.filter) || options.tag !== undefined),
            ...(list.broken.length > 0 ? { status: 5 } : {}),
          };
        },
      ),
    );
}

function addShow(noun: Command, run: Run): void {
  addVerb(noun, 'show <id>', 'show all about one snapshot', [
    ['holdfast snapshot show latest', 'The newest one'],
    ['holdfast snapshot show "Before the upgrade"', 'The one with this title'],
  ]).action(
    run(async (call, id: string) => {
      const { showSnapshot } = await import('../engine/snapshots/show.ts');
      const snapshot = await showSnapshot(await open(call), id);
      return { kind: 'data', json: { snapshot }, text: style => snapshotLines(style, snapshot) };
    }),
  );
}

function addFiles(noun: Command, run: Run): void {
  addVerb(noun, 'files <id> [path]', 'list what is in a snapshot', [
    ['holdfast snapshot files latest', 'Everything'],
    ['holdfast snapshot files latest uploads', 'What lies below a path'],
  ]).action(
    run(async (call, id: string, path: string | undefined) => {
      const { listFiles } = await import('../engine/snapshots/files.ts');
      const context = await open(call);
      const files = await listFiles(context, id, path === undefined ? undefined : rootPaths(context, [path])[0]);
      return { kind: 'data', json: { files }, text: style => fileLines(style, files) };
    }),
  );
}

/**
 * Whether the second operand of `diff` is a snapshot or already a path: a snapshot when it names one, as with git.
 * After `--` there are only paths.
 */
async function diffOperands(
  context: Context,
  call: Call,
  operands: string[],
): Promise<{ b: string | null; paths: string[] }> {
  const [second, ...rest] = operands;
  if (second === undefined || operands.length <= call.afterDashes) return { b: null, paths: operands };
  const { showSnapshot } = await import('../engine/snapshots/show.ts');
  const { HoldfastError } = await import('../engine/errors.ts');
  try {
    return { b: (await showSnapshot(context, second)).id, paths: rest };
  } catch (error) {
    if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
    return { b: null, paths: operands };
  }
}

function addDiff(noun: Command, run: Run): void {
  addVerb(noun, 'diff <a> [b] [path...]', 'compare a snapshot with another, or with the root as it is now', [
    ['holdfast snapshot diff latest', 'What changed since the newest snapshot'],
    ['holdfast snapshot diff k3f9 p7xa uploads', 'Between two snapshots, below a path'],
    ['holdfast snapshot diff latest -- uploads/report.csv', 'One path since the newest snapshot'],
  ]).action(
    run(async (call, a: string, second: string | undefined, rest: string[]) => {
      const { diffSnapshot } = await import('../engine/snapshots/diff.ts');
      const context = await open(call);
      const { b, paths } = await diffOperands(context, call, second === undefined ? rest : [second, ...rest]);
      const diff = await diffSnapshot(context, a, b, rootPaths(context, paths), call.work);
      return { kind: 'data', json: diff, text: style => diffLines(style, diff) };
    }),
  );
}

function addRestore(noun: Command, run: Run): void {
  addVerb(noun, 'restore <id> [path...]', 'bring a snapshot back, or parts of it', [
    ['holdfast snapshot restore latest', 'Put everything back; what is overwritten goes to a safety snapshot'],
    ['holdfast snapshot restore latest uploads --overwrite never', 'Only what is missing below a path'],
    ['holdfast snapshot restore latest --to /tmp/look', 'Into another directory'],
    ['holdfast snapshot restore latest --to /tmp/look --read-only', 'A copy to search and compare, without secrets'],
    [
      'holdfast snapshot restore latest --delete-extra --dry-run',
      'What would change if the root became exactly the snapshot',
    ],
  ])
    .option('--to <dir>', 'restore into this directory instead of the root', pathOption)
    .addOption(overwriteOption())
    .option('--read-only', 'with --to: what nobody can write to, without secrets and links that lead out')
    .option('--delete-extra', 'delete what the snapshot does not have')
    .option('--dry-run', 'only show what would change')
    .action(
      run(
        async (
          call,
          id: string,
          paths: string[],
          options: { to?: string; overwrite: string; deleteExtra?: boolean; dryRun?: boolean; readOnly?: boolean },
        ) => {
          const { restoreSnapshot } = await import('../engine/snapshots/restore.ts');
          const { showSnapshot } = await import('../engine/snapshots/show.ts');
          const { RestoreSnapshot } = await import('../protocol/snapshots.ts');
          const context = await open(call);
          const input = await checkedInput(RestoreSnapshot, {
            ...options,
            paths: rootPaths(context, paths),
          });
          // The id, so that what was confirmed is what is restored, whatever becomes `latest` meanwhile.
          const snapshot = await showSnapshot(context, id);
          if (!input.dryRun) {
            await confirm(call, async () => {
              const plan = await restoreSnapshot(context, snapshot.id, { ...input, dryRun: true }, call.work);
              return restoreQuestion(snapshotName(snapshot), plan, await sizeOf(context, snapshot, plan.changes));
            });
          }
          const result = await restoreSnapshot(context, snapshot.id, input, call.work);
          return restoreAnswer(snapshotName(snapshot), result, safety =>
            undoCommand(safety, result, context.root, plainPaths(context, paths)),
          );
        },
      ),
    );
}

/** The bytes that a planned restore would write. */
async function sizeOf(
  context: Context,
  snapshot: Snapshot,
  changes: { path: string; action: string }[],
): Promise<number> {
  const { listFiles } = await import('../engine/snapshots/files.ts');
  const written = new Set(
    changes.filter(({ action }) => action === 'create' || action === 'overwrite').map(({ path }) => path),
  );
  const files = await listFiles(context, snapshot.id);
  return files.reduce((sum, file) => (written.has(file.path) ? sum + file.size : sum), 0);
}
