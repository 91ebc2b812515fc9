import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { watchedPorts } from '../../../test/crash/faulty-files.ts';
import { code, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { file, link, makeTree, readTree, type Tree } from '../../../test/fixtures/tree.ts';
import type { ConflictPolicy } from '../../protocol/migrations.ts';
import { applyMigration } from './apply.ts';
import { readPlanContent } from './content.ts';
import { listMigrations } from './list.ts';
import { planMigration } from './plan.ts';
import { showMigration } from './show.ts';
import { undoMigration } from './undo.ts';

const posix = { skip: process.platform === 'win32' };
const mtime = '2023-03-04T05:06:07.891Z';

/** A root, and a legacy directory `old` beside the workspace. */
function placeWithLegacy(root: Tree, legacy: Tree): Place & { old: string } {
  const place = placeWith(root);
  const old = makeTree(`${place.path}/old`, legacy, { mtime });
  return Object.assign(place, { old });
}

const everything = (directory: string) => readTree(directory, { directoryTimes: true });

test('what is legacy comes into the root as it is, the sources stay, and undoing leaves no trace', posix, async () => {
  using place = placeWithLegacy(
    { kept: 'k', dir: { mine: 'x' }, shared: {} },
    {
      'new file': file('n', { mode: 0o640 }),
      dir: { 'line\nbreak': file('x', { mode: 0o400 }), '\udcff': 'bytes' },
      deep: { deeper: { '😀': 'x' }, empty: {} },
      to: link('deep/deeper'),
      away: link('/etc'),
    },
  );
  fs.chmodSync(`${place.root}/dir`, 0o2750);
  makeTree(`${place.old}/names`, JSON.parse('{"__proto__": "own", "constructor": "c"}'), { mtime });
  const source = everything(place.old);
  const before = readTree(place.root, { directoryTimes: true, except: ['.holdfast'] });
  const { mtimeMs } = fs.statSync(place.root);
  const plan = await planMigration(place.context, { from: [place.old] }, {});
  assert.deepEqual(plan.totals.copy, plan.items.length);
  const result = await applyMigration(place.context, { plan: plan.planId }, {});
  assert.equal(result.status, 'completed');
  assert.deepEqual([result.copied, result.verified, result.omitted], [plan.items.length, plan.items.length, []]);
  for (const [path, entry] of Object.entries(readTree(place.old))) {
    if (entry.type !== 'dir') assert.deepEqual(place.tree()[path], entry, path);
  }
  assert.ok(place.tree()['deep/empty'], 'empty directories too');
  assert.deepEqual(everything(place.old), source);
  const again = await applyMigration(place.context, { from: [place.old] }, {});
  assert.deepEqual([again.status, again.identical], ['nothing-to-do', plan.items.length]);

  const undone = await undoMigration(place.context, result.migrationId!, {});
  assert.deepEqual([undone.removed, undone.restored], [plan.items.length, 0]);
  assert.deepEqual(readTree(place.root, { directoryTimes: true, except: ['.holdfast'] }), before);
  assert.equal(fs.statSync(place.root).mtimeMs, mtimeMs);
  assert.deepEqual(
    listMigrations(place.context).map(({ status }) => status),
    ['undone'],
  );
  await assert.rejects(undoMigration(place.context, result.migrationId!, {}), code('CONFLICT'));
  assert.deepEqual(everything(place.old), source);
});

test('a plan is the same while the files are, and refused when they are not', posix, async () => {
  using place = placeWithLegacy({ a: 'root' }, { a: 'legacy', b: 'b' });
  const from = [place.old];
  const plan = await planMigration(place.context, { from }, {});
  assert.equal((await planMigration(place.open(), { from }, {})).planId, plan.planId);
  assert.deepEqual(
    plan.items.map(({ target, action }) => [target, action]),
    [
      ['a', 'conflict'],
      ['b', 'copy'],
    ],
  );
  const edits = [
    () => fs.writeFileSync(`${place.old}/b`, 'B'),
    () => fs.utimesSync(`${place.old}/b`, 5, 5),
    () => fs.chmodSync(`${place.old}/b`, 0o600),
    () => fs.writeFileSync(`${place.old}/c`, 'c'),
    () => fs.writeFileSync(`${place.root}/b`, 'in the root'),
    () => fs.rmSync(`${place.old}/b`),
  ];
  for (const edit of edits) {
    const { planId } = await planMigration(place.context, { from }, {});
    edit();
    const before = place.tree();
    await assert.rejects(
      applyMigration(place.context, { plan: planId, onConflict: 'keep-source' }, {}),
      code('PLAN_STALE'),
    );
    assert.deepEqual(place.tree(), before);
  }
  await assert.rejects(applyMigration(place.context, { plan: 'nothing' }, {}), code('NOT_FOUND'));
  const item = plan.items[0]!.id;
  assert.equal(readPlanContent(place.context, plan.planId, item, 'source')?.toString(), 'legacy');
  assert.equal(readPlanContent(place.context, plan.planId, item, 'target')?.toString(), 'root');
  assert.equal(readPlanContent(place.context, plan.planId, plan.items[1]!.id, 'target')?.toString(), 'in the root');
});

test('each way to settle a conflict, and back', posix, async () => {
  const run = async (onConflict: ConflictPolicy) => {
    using place = placeWithLegacy(
      {},
      { older: 'legacy', newer: 'legacy', same: 's', fresh: 'f', 'x.tar.gz': 'legacy' },
    );
    makeTree(place.root, {
      older: file('root', { mtime: '2024-01-01T00:00:00Z' }),
      newer: file('root', { mtime: '2020-01-01T00:00:00Z' }),
      same: 's',
      'x.tar.gz': 'root',
    });
    const before = readTree(place.root, { directoryTimes: true, except: ['.holdfast'] });
    const result = await applyMigration(place.context, { from: [place.old], onConflict }, {});
    const text = Object.fromEntries(
      fs
        .readdirSync(place.root)
        .filter(name => name !== '.holdfast')
        .map(name => [name, fs.readFileSync(`${place.root}/${name}`, 'utf8')]),
    );
    assert.equal(result.conflicts.length, 3);
    const once = place.tree();
    await applyMigration(place.context, { from: [place.old], onConflict }, {});
    assert.deepEqual(place.tree(), once, `${onConflict} twice is as once`);
    await undoMigration(place.context, result.migrationId!, {});
    assert.deepEqual(readTree(place.root, { directoryTimes: true, except: ['.holdfast'] }), before, onConflict);
    return text;
  };
  const rest = { same: 's', fresh: 'f' };
  assert.deepEqual(await run('keep-target'), { ...rest, older: 'root', newer: 'root', 'x.tar.gz': 'root' });
  assert.deepEqual(await run('keep-source'), { ...rest, older: 'legacy', newer: 'legacy', 'x.tar.gz': 'legacy' });
  assert.deepEqual(await run('keep-newer'), { ...rest, older: 'root', newer: 'legacy', 'x.tar.gz': 'root' });
  const both = await run('keep-both');
  assert.deepEqual(Object.values(both).sort(), ['f', 'legacy', 'legacy', 'legacy', 'root', 'root', 'root', 's']);
  assert.ok(Object.keys(both).some(name => /^older\.legacy-[0-9a-f]{8}$/.test(name)));
  await assert.rejects(run('fail'), code('CONFLICT'));
});

test('undo refuses to lose an edit, and goes on once it is out of the way', posix, async () => {
  using place = placeWithLegacy({ conflict: 'root' }, { a: 'x', dir: { b: 'x' }, conflict: 'legacy', to: link('a') });
  const { migrationId } = await applyMigration(place.context, { from: [place.old], onConflict: 'keep-source' }, {});
  const edits: [string, () => void][] = [
    ['dir/b', () => fs.writeFileSync(`${place.root}/dir/b`, 'X')],
    ['conflict', () => fs.writeFileSync(`${place.root}/conflict`, 'X')],
    [
      'to',
      () => {
        fs.rmSync(`${place.root}/to`);
        fs.symlinkSync('elsewhere', `${place.root}/to`);
      },
    ],
  ];
  for (const [path, edit] of edits) {
    edit();
    const before = place.tree();
    await assert.rejects(
      undoMigration(place.context, migrationId!, {}),
      (error: { code: string; details: { edited: string[] } }) => {
        assert.equal(error.code, 'CONFLICT');
        return error.details.edited.includes(path);
      },
    );
    assert.deepEqual(place.tree(), before);
  }
  for (const name of ['to', 'dir/b']) fs.rmSync(`${place.root}/${name}`);
  fs.writeFileSync(`${place.root}/conflict`, 'root');
  fs.writeFileSync(`${place.root}/dir/added`, 'by the application');
  await undoMigration(place.context, migrationId!, {});
  assert.deepEqual(Object.keys(place.tree()), ['conflict', 'dir', 'dir/added']);
  assert.equal((await showMigration(place.context, migrationId!)).status, 'undone');
});

test('sources that overlap with the root', posix, async () => {
  using place = placeWithLegacy({ a: 'x', inner: { b: 'x' } }, {});
  await assert.rejects(planMigration(place.context, { from: [`${place.root}/inner`] }, {}), code('CONFLICT'));
  await assert.rejects(planMigration(place.context, { from: [place.root] }, {}), code('CONFLICT'));
  fs.symlinkSync(place.root, `${place.path}/alias`);
  await assert.rejects(planMigration(place.context, { from: [`${place.path}/alias`] }, {}), code('CONFLICT'));
  await assert.rejects(planMigration(place.context, { from: [`${place.path}/none`] }, {}), code('NOT_FOUND'));
  await assert.rejects(
    planMigration(place.context, { from: [place.old], set: { target: '../x' } }, {}),
    code('INVALID_NAME'),
  );
  // The root inside the source is left out, with all in it.
  fs.writeFileSync(`${place.path}/app/beside`, 'x');
  const plan = await planMigration(place.context, { from: [`${place.path}/app`] }, {});
  assert.deepEqual(
    plan.items.map(({ target }) => target),
    ['beside'],
  );
  assert.equal(plan.omitted.length, 1);
});

test('a source that changes while it is copied is left out, and told', posix, async () => {
  using place = placeWithLegacy({}, { a: 'x', b: 'x' });
  let times = 0;
  const context = place.open(
    watchedPorts(call => {
      // Once a is copied, b is looked at, and then opened: to be copied, to be planned, and to be copied once more.
      if (call.name === 'futimesSync') times++;
      if (call.name === 'openSync' && times > 0) fs.appendFileSync(`${place.old}/b`, 'y');
      return call.run();
    }),
  );
  const result = await applyMigration(context, { from: [place.old] }, {});
  assert.deepEqual(Object.keys(place.tree()), ['a']);
  assert.deepEqual(
    result.omitted.map(({ path }) => path),
    ['b'],
  );
});

test('a migration into a file that stands in the way of a directory places the rest', posix, async () => {
  using place = placeWithLegacy({ dir: 'a file' }, { dir: { a: 'x' }, other: 'x' });
  const result = await applyMigration(place.context, { from: [place.old] }, {});
  assert.deepEqual(Object.keys(place.tree()), ['dir', 'other']);
  assert.deepEqual(
    result.omitted.map(({ path }) => path),
    ['dir', 'dir/a'],
  );
  await undoMigration(place.context, result.migrationId!, {});
  assert.deepEqual(Object.keys(place.tree()), ['dir']);
});

test('of two that apply at once one is told that it is locked, and all is placed once', posix, async () => {
  using place = placeWithLegacy(
    {},
    Object.fromEntries(Array.from({ length: 400 }, (_, number) => [`file ${number}`, `${number}`])),
  );
  const program = `
    import { testContext } from ${JSON.stringify(new URL('../../../test/fixtures/ports.ts', import.meta.url).href)};
    import { applyMigration } from ${JSON.stringify(new URL('./apply.ts', import.meta.url).href)};
    const [workspace, old] = process.argv.slice(1);
    process.stdin.once('data', async () => {
      const result = await applyMigration(testContext(workspace), { from: [old] }, {}).catch(error => error);
      console.log(result.code ?? result.status);
      process.exit();
    });
    console.log('ready');`;
  const children = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module-typescript', '-e', program, `${place.path}/app`, place.old]),
  );
  const said = children.map(() => '');
  for (const [index, child] of children.entries()) {
    child.stdout.on('data', chunk => {
      said[index] += chunk;
    });
  }
  await Promise.all(children.map(child => once(child.stdout, 'data')));
  for (const child of children) child.stdin.write('go\n');
  await Promise.all(children.map(child => once(child, 'close')));
  const ends = said.map(text => text.trim().split('\n').at(-1)).sort();
  // The other one may also come so late that nothing is left to do.
  assert.equal(ends[1] === 'completed' || ends[0] === 'completed', true, ends.join());
  assert.ok(
    ends.every(end => ['LOCKED', 'completed', 'nothing-to-do'].includes(end ?? '')),
    ends.join(),
  );
  assert.equal(Object.keys(place.tree()).length, 400);
  assert.equal(listMigrations(place.context).length, 1);
});

test('locked while another is at work, and a dry run changes nothing', posix, async () => {
  using place = placeWithLegacy({}, { a: 'x' });
  const dry = await applyMigration(place.context, { from: [place.old], dryRun: true }, {});
  assert.deepEqual([dry.copied, dry.dryRun, dry.migrationId], [1, true, null]);
  assert.deepEqual(place.tree(), {});
  let inside: Promise<unknown> | undefined;
  const context = place.open(
    watchedPorts(call => {
      if (call.name === 'futimesSync')
        inside ??= applyMigration(place.open(), { from: [place.old] }, {}).catch(error => error.code);
      return call.run();
    }),
  );
  await applyMigration(context, { from: [place.old] }, {});
  assert.equal(await inside, 'LOCKED');
});

test('a file called __proto__ is a file like others', posix, async () => {
  using place = placeWithLegacy({}, {});
  makeTree(place.old, JSON.parse('{"__proto__": "own", "constructor": "c"}'));
  const plan = await planMigration(place.context, { from: [place.old] }, {});
  const { migrationId, copied } = await applyMigration(place.context, { plan: plan.planId }, {});
  assert.equal(copied, 2);
  assert.equal(fs.readFileSync(`${place.root}/__proto__`, 'utf8'), 'own');
  await undoMigration(place.context, migrationId!, {});
  assert.deepEqual(fs.readdirSync(place.root), ['.holdfast']);
});
