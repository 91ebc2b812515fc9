import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { planMigration } from '../../src/engine/migrations/plan.ts';
import { undoMigration } from '../../src/engine/migrations/undo.ts';
import { code, placeWith } from '../fixtures/engine.ts';
import { foldingFiles } from '../fixtures/folding-files.ts';
import { makeTree, readTree, type Tree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

// Where names fold, the tree that these tests begin with cannot be made.
const options = { skip: process.platform !== 'linux' };

/** The root on a file system that folds names, and legacy state from one that does not. */
function folding(old: Tree, root: Tree = {}) {
  const place = placeWith(root);
  const from = makeTree(path.join(place.path, 'app/old'), old);
  const context = place.open({ fs: foldingFiles(place.path) });
  return { place, from, context, sources: () => readTree(from) };
}

suite('names that differ only in case or Unicode form', options, () => {
  test('are two files where the file system says so', t => {
    const workspace = newWorkspace(t);
    const files = {
      'Notes.txt': 'one',
      'notes.txt': 'two',
      'Dir/x': 'three',
      'dir/x': 'four',
      é: 'five',
      'e\u0301': 'six',
    };
    workspace.write(Object.fromEntries(Object.entries(files).map(([at, content]) => [`old/${at}`, content])));
    workspace.done('migrate', 'apply', '--from', 'old');
    for (const [at, content] of Object.entries(files)) {
      assert.equal(readFileSync(path.join(workspace.root, at), 'utf8'), content);
    }
  });

  test('of those that would fall together one is brought in, the others are named and stay', async () => {
    const { place, from, context, sources } = folding({
      'Notes.txt': 'one',
      'notes.txt': 'two',
      'é.txt': 'three',
      'e\u0301.txt': 'four',
      Dir: { x: 'five' },
      dir: { x: 'six', y: 'seven' },
    });
    using _ = place;
    const before = sources();
    const applied = await applyMigration(context, { from: [from] }, {});
    const brought = Object.entries(place.tree()).filter(([, entry]) => entry.type === 'file');
    for (const [at, entry] of brought) assert.deepEqual(entry, before[at], at);
    const omitted = applied.omitted.map(one => one.path);
    const files = Object.keys(before).filter(at => before[at]!.type === 'file');
    assert.deepEqual([...brought.map(([at]) => at), ...omitted.filter(at => files.includes(at))].sort(), files.sort());
    for (const { reason } of applied.omitted) assert.match(reason, /the same file as "|directory that holds it/);
    assert.equal(applied.verified, brought.length);
    assert.deepEqual(sources(), before);
    await undoMigration(context, applied.migrationId!, {});
    assert.deepEqual(place.tree(), {});
  });

  test('what the root has under another spelling is a conflict, or the same', async () => {
    const { place, from, context } = folding(
      { 'notes.txt': 'legacy', 'same.txt': 'same' },
      { 'NOTES.TXT': 'root', 'Same.txt': 'same' },
    );
    using _ = place;
    const before = place.tree();
    const plan = await planMigration(context, { from: [from] }, {});
    assert.deepEqual(
      plan.items.map(({ target, action }) => [target, action]),
      [
        ['notes.txt', 'conflict'],
        ['same.txt', 'identical'],
      ],
    );
    await assert.rejects(applyMigration(context, { from: [from] }, {}), code('CONFLICT'));
    assert.deepEqual(place.tree(), before);
    const applied = await applyMigration(context, { from: [from], onConflict: 'keep-both' }, {});
    const after = place.tree();
    assert.deepEqual(after['NOTES.TXT'], before['NOTES.TXT']);
    assert.equal(Object.keys(after).length, 3);
    await undoMigration(context, applied.migrationId!, {});
    assert.deepEqual(place.tree(), before);
  });
});
