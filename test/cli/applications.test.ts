import assert from 'node:assert/strict';
import { appendFileSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ApplyResult, CleanupResult, MigrationPlan, UndoResult } from '../../src/protocol/migrations.ts';
import { RootInfo } from '../../src/protocol/root.ts';
import { type AtlasState, atlasStates, makeAtlas } from '../fixtures/atlas.ts';
import { canary, hostileMark, makeDigitalArticle } from '../fixtures/digital-article.ts';
import { makeDoco } from '../fixtures/doco.ts';
import { readTree } from '../fixtures/tree.ts';
import { makeUploadsJson } from '../fixtures/uploads-json.ts';
import { makeWebviz } from '../fixtures/webviz.ts';
import { newWorkspace, type Workspace } from './workspace.ts';

/** What each application leaves, and the profile that has to know it. */
const applications: Record<string, { profile: string; make(dir: string): unknown }> = {
  'digital-article': { profile: 'digital-article', make: makeDigitalArticle },
  doco: { profile: 'doco', make: dir => makeDoco(dir) },
  'uploads-json': { profile: 'uploads-json', make: dir => makeUploadsJson(dir) },
  'uploads-json, all empty': { profile: 'uploads-json', make: dir => makeUploadsJson(dir, { zeroByte: true }) },
  webviz: { profile: 'webviz', make: makeWebviz },
  ...Object.fromEntries(
    (Object.keys(atlasStates) as AtlasState[]).map(state => [
      `atlas, ${state}`,
      { profile: 'atlas', make: (dir: string) => makeAtlas(dir, { state }) },
    ]),
  ),
};

/** Everything that Holdfast printed or keeps in clear text must not hold what a secret holds. */
function assertNoSecrets(workspace: Workspace, root: string, printed: readonly string[]): void {
  for (const text of printed) assert.ok(!text.includes(canary), 'a secret was printed');
  for (const directory of ['plans', 'migrations', 'audit', 'snapshots']) {
    const place = path.join(root, '.holdfast', directory);
    for (const name of existsSync(place) ? readdirSync(place) : []) {
      assert.ok(!readFileSync(path.join(place, name), 'utf8').includes(canary), `${directory}/${name} holds a secret`);
    }
  }
  assert.ok(!existsSync(path.join(workspace.folder, hostileMark)), 'a pickle was executed');
}

suite('each application', { concurrency: 2 }, () => {
  for (const [name, { profile, make }] of Object.entries(applications)) {
    test(`${name}: previewed, migrated, recognised, taken back`, async t => {
      const workspace = newWorkspace(t);
      make(workspace.folder);
      const printed: string[] = [];
      const run = (...args: string[]) => {
        const finished = workspace.run('--json', ...args);
        printed.push(finished.stdout, finished.stderr);
        assert.ok([0, 3].includes(finished.status!), `${args.join(' ')}: ${finished.stdout}`);
        return finished;
      };
      const info = run('root', 'show').json(RootInfo);
      assert.equal(info.profile, profile);
      const { root } = info;
      const hadRoot = existsSync(root);
      const except = [path.relative(workspace.folder, path.join(root, '.holdfast'))];
      const before = readTree(workspace.folder, { except, directoryTimes: true });

      const plan = run('migrate', 'plan').json(MigrationPlan);
      assert.deepEqual(run('migrate', 'plan').json(MigrationPlan), plan, 'two plans of one tree are equal');
      printed.push(workspace.run('migrate', 'plan').stdout);
      const applied = run('migrate', 'apply', plan.planId).json(ApplyResult);
      assert.equal(applied.copied, plan.totals.copy);
      assert.equal(applied.upgraded, plan.totals.upgrade);
      for (const item of plan.items) {
        const source = path.resolve(workspace.folder, item.source);
        if (item.action === 'copy') {
          assert.deepEqual(contentOf(path.join(root, item.target)), contentOf(source), item.target);
        } else assert.ok(item.schema, `${item.target} says what it was upgraded to`);
      }
      const migrated = readTree(workspace.folder, { except, directoryTimes: true });
      for (const [at, entry] of Object.entries(before)) {
        const place = path.resolve(workspace.folder, at);
        if (entry.type !== 'dir' || !(place.startsWith(root) || root.startsWith(place))) {
          assert.deepEqual(migrated[at], entry, `${at} was left as it was`);
        }
      }

      const again = run('migrate', 'plan').json(MigrationPlan);
      assert.equal(again.totals.copy + again.totals.upgrade + again.totals.conflict, 0, 'all is there now');
      assert.equal(run('migrate', 'apply').json(ApplyResult).status, 'nothing-to-do');

      if (applied.migrationId) {
        run('migrate', 'undo', applied.migrationId).json(UndoResult);
        const after = readTree(workspace.folder, { except, directoryTimes: true });
        if (hadRoot) assert.deepEqual(after, before);
        else {
          const inside = path.relative(workspace.folder, root).split(path.sep)[0]!;
          // The root itself stays, with the vault that knows of it, and so do the directories that lead to it.
          const others = (tree: typeof before) => Object.entries(tree).filter(([at]) => at.split('/')[0] !== inside);
          assert.deepEqual(others(after), others(before));
          assert.deepEqual(readdirSync(root), ['.holdfast']);
        }
      }
      assertNoSecrets(workspace, root, printed);
    });
  }
});

suite('the old places, afterwards', () => {
  const migrated = (t: TestContext, ...options: string[]) => {
    const workspace = newWorkspace(t);
    makeDigitalArticle(workspace.folder);
    const except = ['data/workspace/.holdfast'];
    const tree = () => readTree(workspace.folder, { except, directoryTimes: true });
    const before = tree();
    const applied = workspace.run('migrate', 'apply', '--json', ...options).json(ApplyResult);
    return {
      workspace,
      before,
      tree,
      id: applied.migrationId!,
      plan: workspace.run('migrate', 'plan', '--json').json(MigrationPlan),
    };
  };

  test('links in their place keep a program going, inside the root; undoing puts the files back', t => {
    const { workspace, before, tree, id, plan } = migrated(t, '--after', 'link');
    const [at] = Object.keys(before).filter(path => path.startsWith('data/notebooks/') && path.endsWith('.json'));
    const old = path.join(workspace.folder, at!);
    assert.ok(lstatSync(path.join(workspace.folder, 'data/notebooks')).isSymbolicLink());
    assert.equal(readTree(workspace.folder)[`data/workspace/notebooks/${path.basename(old)}`]?.type, 'file');
    assert.deepEqual(plan.items, [], 'nothing is left to migrate');
    const text = readFileSync(old, 'utf8');
    appendFileSync(old, ' ');
    const refused = workspace.run('migrate', 'undo', id, '--json', '--yes');
    assert.equal(refused.status, 4, 'what was written through the link would be lost');
    writeFileSync(old, text);
    workspace.done('migrate', 'undo', id, '--yes');
    assert.deepEqual(tree(), before);
  });

  test('cleanup removes what its copy proves, keeps the rest, and can be undone', t => {
    const { workspace, before, tree, id } = migrated(t);
    const [changed, copyChanged] = Object.keys(before).filter(
      path => path.startsWith('data/notebooks/') && path.endsWith('.json'),
    );
    const copy = path.join(workspace.root, 'notebooks', path.basename(copyChanged!));
    const original = readFileSync(copy);
    appendFileSync(path.join(workspace.folder, changed!), ' ');
    appendFileSync(copy, ' ');
    const cleaned = workspace.run('migrate', 'cleanup', id, '--json', '--yes');
    assert.equal(cleaned.status, 3);
    const { removed, omitted } = cleaned.json(CleanupResult);
    assert.deepEqual(omitted.map(one => one.path).sort(), [changed, copyChanged].sort());
    assert.equal(removed, 12);
    assert.ok(!existsSync(path.join(workspace.folder, 'data/personas/custom/maria/clinical-reviewer.json')));
    writeFileSync(copy, original);
    workspace.done('migrate', 'undo', id, '--yes');
    const after = tree();
    delete after[changed!];
    delete before[changed!];
    assert.deepEqual(after, before);
  });
});

function contentOf(file: string): Buffer | string {
  try {
    return readFileSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
