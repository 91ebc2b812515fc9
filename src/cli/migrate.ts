import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../engine/context.ts';
import { type Call, open, type Run } from './call.ts';
import { addNoun, addVerb, collect } from './command.ts';
import { confirm } from './confirm.ts';
import { bytes, count, shortId } from './format.ts';
import { checkedInput, pathOption } from './input.ts';
import { applyLines, migrationLines, migrationListLines, planLines, undoLines } from './migrate-text.ts';

interface PlanOptions {
  from?: string[];
  set?: Record<string, string>;
}

export function addMigrate(program: Command, run: Run): void {
  const noun = addNoun(program, 'migrate', 'bring scattered and legacy state into the root');
  addPlan(noun, run);
  addApply(noun, run);
  addRecords(noun, run);
  addUndo(noun, run);
  addCleanup(noun, run);
}

/** `P=V`, again for more; both may hold further `=` in V. */
function assignment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give it as NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function withPlanOptions(verb: Command): Command {
  return verb
    .option('--from <dir>', 'also bring in this directory (again for more)', (given, before: string[] = []) =>
      collect(pathOption(given), before),
    )
    .addOption(
      new Option(
        '--set <name=value>',
        'a parameter of the plan: target=DIR puts everything below this directory of the root',
      ).argParser(assignment),
    );
}

function planInput({ from, set }: PlanOptions) {
  return { from, set };
}

function addPlan(noun: Command, run: Run): void {
  const verb = addVerb(noun, 'plan', 'show what would be brought into the root; changes nothing', [
    ['holdfast migrate plan', 'What the profile knows of'],
    ['holdfast migrate plan --from ../old-app/data', 'A directory of your own'],
    [
      'holdfast migrate plan --from ../old-app/data --set target=imported --json',
      'The same into a directory of the root, for a program',
    ],
  ]);
  withPlanOptions(verb).action(
    run(async (call, options: PlanOptions) => {
      const { planMigration } = await import('../engine/migrations/plan.ts');
      const { PlanMigration } = await import('../protocol/migrations.ts');
      const input = await checkedInput(PlanMigration, planInput(options));
      const plan = await planMigration(await open(call), input, call.work);
      return {
        kind: 'data',
        json: plan,
        omissions: { title: 'Left out', list: plan.omitted },
        text: style => [
          ...planLines(style, plan),
          ...(plan.items.length === 0 ? [] : [style.dim(`To do it: holdfast migrate apply ${shortId(plan.planId)}`)]),
        ],
      };
    }),
  );
}

function addApply(noun: Command, run: Run): void {
  const verb = addVerb(noun, 'apply [plan]', 'bring it into the root: copied, verified, undoable', [
    ['holdfast migrate apply', 'Plan and do it'],
    ['holdfast migrate apply k3f9', 'Do exactly what a plan showed'],
    ['holdfast migrate apply --on-conflict keep-both --dry-run', 'What would happen where both have a file'],
  ]);
  withPlanOptions(verb)
    .addOption(
      new Option('--on-conflict <policy>', 'what to do where the root has another file of that name')
        .choices(['fail', 'keep-target', 'keep-source', 'keep-both', 'keep-newer'])
        .default('fail'),
    )
    .addOption(
      new Option('--after <what>', 'keep the sources, or put links to the root in their place')
        .choices(['keep', 'link'])
        .default('keep'),
    )
    .option('--dry-run', 'only show what would happen')
    .action(
      run(
        async (
          call,
          plan: string | undefined,
          options: PlanOptions & { onConflict: string; after: string; dryRun?: boolean },
        ) => {
          const { applyMigration } = await import('../engine/migrations/apply.ts');
          const { ApplyMigration } = await import('../protocol/migrations.ts');
          if (plan !== undefined && (options.from || options.set)) {
            const { HoldfastError } = await import('../engine/errors.ts');
            throw new HoldfastError('USAGE', 'A plan has its sources already: --from and --set do not go with one.', {
              hint: 'Leave away the plan, or these options.',
            });
          }
          const input = await checkedInput(ApplyMigration, { ...options, ...planInput(options), plan });
          const result = await applyMigration(await open(call), input, call.work);
          return {
            kind: result.dryRun ? 'data' : 'report',
            json: result,
            omissions: { title: 'Left out', list: result.omitted },
            text: style => applyLines(style, result),
          };
        },
      ),
    );
}

function addRecords(noun: Command, run: Run): void {
  addVerb(noun, 'list', 'list the migrations that were applied', [
    ['holdfast migrate list', 'All of them'],
    ['holdfast migrate list --json', 'The same for a program'],
  ]).action(
    run(async call => {
      const { listMigrations } = await import('../engine/migrations/list.ts');
      const migrations = await listMigrations(await open(call));
      return { kind: 'data', json: { migrations }, text: style => migrationListLines(style, migrations) };
    }),
  );

  addVerb(noun, 'show <id>', 'show a migration with its plan', [
    ['holdfast migrate show latest', 'The newest one'],
  ]).action(
    run(async (call, id: string) => {
      const { showMigration } = await import('../engine/migrations/show.ts');
      const migration = await showMigration(await open(call), id);
      return { kind: 'data', json: migration, text: style => migrationLines(style, migration) };
    }),
  );
}

/** Asks whether to do this to a migration. @returns its id: what was confirmed, whatever becomes `latest` meanwhile */
async function confirmed(call: Call, context: Context, id: string, verb: string, consequence: string): Promise<string> {
  let reference = id;
  await confirm(call, async () => {
    const { showMigration } = await import('../engine/migrations/show.ts');
    const migration = await showMigration(context, id);
    reference = migration.id;
    const size = `${count(migration.files, 'file')}, ${bytes(migration.bytes)}`;
    return [`${verb} the migration ${shortId(migration.id)} (${size})?`, consequence];
  });
  return reference;
}

function addCleanup(noun: Command, run: Run): void {
  addVerb(noun, 'cleanup <id>', 'remove what was migrated from its old places, verifying the copies again', [
    ['holdfast migrate cleanup latest', 'Of the newest migration; what differs from its copy stays and is listed'],
  ]).action(
    run(async (call, id: string) => {
      const { cleanupMigration } = await import('../engine/migrations/cleanup.ts');
      const context = await open(call);
      const reference = await confirmed(
        call,
        context,
        id,
        'Remove the old files of',
        'Their copies in the root are compared first; undoing the migration would put them back. Go on?',
      );
      const result = await cleanupMigration(context, reference, call.work);
      return {
        kind: 'report',
        json: result,
        omissions: { title: 'Kept where it was', list: result.omitted },
        text: () => [
          `Removed ${count(result.removed, 'file')} from the old places.`,
          `To put them back: holdfast migrate undo ${shortId(result.migrationId)}`,
        ],
      };
    }),
  );
}

function addUndo(noun: Command, run: Run): void {
  addVerb(noun, 'undo <id>', 'put the root back as it was before a migration', [
    ['holdfast migrate undo latest', 'The newest one; refused where it would lose later edits'],
  ]).action(
    run(async (call, id: string) => {
      const { undoMigration } = await import('../engine/migrations/undo.ts');
      const context = await open(call);
      const reference = await confirmed(
        call,
        context,
        id,
        'Undo',
        'Its copies leave the root, the legacy sources stay. Go on?',
      );
      const result = await undoMigration(context, reference, call.work);
      return {
        kind: 'report',
        json: result,
        text: style => undoLines(style, result),
      };
    }),
  );
}
