import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { readTree } from '../fixtures/tree.ts';
import { exampleLines, inertProgram, shellWords, verbsOf } from './command-tree.ts';
import { newWorkspace, rootedWorkspace, type Workspace } from './workspace.ts';

const verbs = verbsOf(inertProgram().program);

async function parse(words: readonly string[]): Promise<string> {
  const { program, help } = inertProgram();
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if ((error as { code?: string }).code !== 'commander.helpDisplayed') throw error;
  }
  return help();
}

describe('help', () => {
  for (const verb of verbs) {
    test(`${verb.join(' ')} shows examples that are understood`, async () => {
      const examples = exampleLines(await parse([...verb, '--help']));
      assert.ok(examples.length > 0, 'no example');
      for (const example of examples) {
        assert.deepEqual(example.slice(0, verb.length), verb);
        await assert.doesNotReject(parse(example), example.join(' '));
      }
    });
  }

  test('every command is in docs/cli.md, and what it shows is understood', async () => {
    const manual = readFileSync(path.join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
    for (const verb of verbs) assert.match(manual, new RegExp(`holdfast ${verb.join(' ')}\\b`), verb.join(' '));
    const lines = manual.split('\n').filter(line => /^holdfast /.test(line));
    assert.ok(lines.length > verbs.length);
    for (const line of lines) await assert.doesNotReject(parse(shellWords(line.replace(/ +#.*/, '')).slice(1)), line);
  });

  test('is printed on stdout with status 0, and as one object with --json', t => {
    const { run } = newWorkspace(t);
    for (const words of [
      ['--help'],
      ['help'],
      ['help', 'snapshot', 'create'],
      ['snapshot', '--help'],
      ['status', '-h'],
    ]) {
      const { status, stdout, stderr } = run(...words);
      assert.deepEqual([status, stderr], [0, ''], words.join(' '));
      assert.match(stdout, /Usage: holdfast/);
    }
    assert.match(
      run('snapshot', 'restore', '--help', '--json').json(z.strictObject({ help: z.string() })).help,
      /--dry-run/,
    );
  });
});

test('--version', t => {
  const { run } = newWorkspace(t);
  assert.equal(run('--version').stdout, `${packageJson.version}\n`);
  assert.equal(run('--version', '--json').json(z.strictObject({ version: z.string() })).version, packageJson.version);
});

describe('wrong usage ends with 2 and changes nothing', () => {
  const wrong: [string, string[]][] = [
    ['no command', []],
    ['a noun without a verb', ['snapshot']],
    ['an unknown noun', ['frobnicate']],
    ['an unknown verb', ['snapshot', 'frobnicate']],
    ['help of an unknown verb', ['help', 'snapshot', 'frobnicate']],
    ['help of an unknown noun', ['frobnicate', '--help']],
    ['a rule that is no number', ['vault', 'prune', '--keep-last', 'some']],
    ['an unknown option', ['status', '--frobnicate']],
    ['an unknown option before the noun', ['--frobnicate', 'status']],
    ['a missing operand', ['snapshot', 'show']],
    ['an operand too many', ['snapshot', 'show', 'latest', 'latest']],
    ['a missing value', ['snapshot', 'create', '--title']],
    ['--limit 0', ['snapshot', 'list', '--limit', '0']],
    ['--limit 101', ['snapshot', 'list', '--limit', '101']],
    ['--limit -1', ['session', 'list', '--limit', '-1']],
    ['--limit 1.5', ['log', '--limit', '1.5']],
    ['--limit ten', ['log', '--limit', 'ten']],
    ['an unknown --sort', ['snapshot', 'list', '--sort', 'colour']],
    ['a cursor that is none', ['snapshot', 'list', '--cursor', 'nonsense']],
    ['an unknown --overwrite', ['snapshot', 'restore', 'latest', '--overwrite', 'maybe']],
    ['an unknown --on-conflict', ['migrate', 'apply', '--on-conflict', 'maybe']],
    ['an unknown --after', ['migrate', 'apply', '--after', 'burn']],
    ['--set without a value', ['migrate', 'plan', '--set', 'user']],
    ['a plan with sources', ['migrate', 'apply', 'abc', '--from', '.']],
    ['a title that is too long', ['snapshot', 'create', '--title', 'x'.repeat(201)]],
    ['an edit of nothing', ['snapshot', 'edit', 'latest']],
    ['a session without a title', ['session', 'create']],
    ['an update with nothing', ['session', 'update', 'latest']],
    ['a version that is no number', ['session', 'diff', 'latest', 'one']],
    ['version 0', ['session', 'revert', 'latest', '--version', '0']],
    ['a restore to an empty path', ['snapshot', 'restore', 'one', '--to', '']],
    ['a restore of an empty path', ['snapshot', 'restore', 'one', '']],
    ['a restore of a backup to an empty path', ['backup', 'restore', 'latest', '--to=']],
    ['a backup to an empty path', ['backup', 'create', '--to', '']],
    ['an export to an empty path', ['snapshot', 'export', 'one', '']],
    ['an import from an empty path', ['snapshot', 'import', '']],
    ['an export of a session to an empty path', ['session', 'export', 'latest', '']],
    ['an update from an empty path', ['session', 'update', 'latest', '--from', '']],
    ['a session from an empty path', ['session', 'create', '--title', 'new', '--from', '']],
    ['a rule for an empty tag', ['vault', 'prune', '--keep-tag', '']],
    ['a migration from an empty path', ['migrate', 'plan', '--from', '']],
    ['an empty workspace', ['status', '--workspace', '']],
    ['a workspace that is not there', ['status', '--workspace', 'nowhere']],
  ];
  let workspace: Workspace;
  let untouched: ReturnType<typeof readTree>;
  const cleaning: (() => void)[] = [];
  after(() => {
    for (const clean of cleaning) clean();
  });
  before(() => {
    workspace = rootedWorkspace({ after: clean => cleaning.push(clean) });
    workspace.done('snapshot', 'create', '--title', 'one');
    workspace.write({ 'data/workspace/settings.json': 'later' });
    untouched = readTree(workspace.folder);
  });
  for (const [what, args] of wrong) {
    test(what, () => {
      const { run, folder } = workspace;
      const text = run(...args);
      assert.deepEqual([text.status, text.stdout], [2, ''], text.stderr);
      assert.match(text.stderr, /^holdfast: .*\n( {2}.*\n)?hint: /m);
      assert.doesNotMatch(text.stderr, /\n {4}at |node:internal|ZodError|CommanderError/);
      const json = run('--json', ...args);
      assert.equal(json.status, 2);
      assert.equal(json.stderr, '');
      const error = json.error();
      assert.equal(error.code, 'USAGE');
      assert.ok(error.hint);
      assert.deepEqual(readTree(folder), untouched);
    });
  }

  test('a near miss gets a suggestion', t => {
    const { run } = newWorkspace(t);
    assert.match(run('snapshot', 'crate').stderr, /hint: Did you mean create\?/);
  });
});

describe('global options', () => {
  test('stand before the noun, before the verb or after it', t => {
    const { run, folder, root } = rootedWorkspace(t);
    const anywhere = { cwd: '/', folder };
    const Root = z.object({ root: z.string() });
    const options = ['--workspace', anywhere.folder, '--json'];
    for (const args of [
      [...options, 'root', 'show'],
      ['root', ...options, 'show'],
      ['root', 'show', ...options],
      ['--json', 'root', '--workspace', folder, 'show'],
    ]) {
      assert.equal(run(...args).json(Root).root, root, args.join(' '));
    }
  });

  test('the last one given counts', t => {
    const { run, folder } = rootedWorkspace(t);
    const args = ['--root', 'first', 'root', 'show', '--root', 'second', '--json'];
    assert.equal(run(...args).json(z.object({ root: z.string() })).root, path.join(folder, 'second'));
  });

  test('after -- they are operands', t => {
    const { run } = rootedWorkspace(t);
    const { status, stderr } = run('snapshot', 'show', '--', '--json');
    assert.equal(status, 1);
    assert.match(stderr, /There is no snapshot "--json"/);
  });
});
