import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { testContext } from '../../../test/fixtures/ports.ts';
import { makeTree, readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { createSession } from './create.ts';
import { diffSession } from './diff.ts';
import { mergeSession } from './merge.ts';
import { updateSession } from './update.ts';

async function open(t: { after(undo: () => void): void }) {
  const place = temporaryDirectory();
  t.after(() => place[Symbol.dispose]());
  makeTree(place.path, {
    data: { workspace: {} },
    base: { 'a.json': '{"x":1,"y":1}', 'b.bin': 'old', keep: { 'k.txt': 'k' }, 'gone.txt': 'g' },
    mine: { 'a.json': '{"x":2,"y":1}', 'b.bin': 'old', keep: { 'k.txt': 'k' }, 'new.txt': 'n' },
    theirs: { 'a.json': '{"x":1,"y":2}', 'b.bin': 'newer', keep: { 'k.txt': 'k' }, empty: {}, 'gone.txt': 'g' },
    bad: { 'a.json': '{"x":3,"y":3}', 'b.bin': 'mine', keep: { 'k.txt': 'k' } },
  });
  const context = testContext(place.path);
  const { id } = await createSession(context, { title: 'Both', from: `${place.path}/base` }, {});
  await updateSession(context, id, { path: `${place.path}/theirs` }, 1, {});
  return {
    context,
    id,
    content: `${context.root}/sessions/${id}/content`,
    at: (name: string) => ({ path: `${place.path}/${name}` }),
  };
}

test('changes of different files and members come together', async t => {
  const { context, id, content, at } = await open(t);
  const merged = await mergeSession(context, id, { from: at('mine'), base: 1 }, {});
  assert.equal(merged.version, 3);
  const text = (file: string) => fs.readFileSync(`${content}/${file}`, 'utf8');
  assert.deepEqual([text('a.json'), text('b.bin'), text('new.txt')], ['{"x":2,"y":2}', 'newer', 'n']);
  assert.deepEqual(fs.readdirSync(content).sort(), ['a.json', 'b.bin', 'empty', 'keep', 'new.txt']);
  const diff = await diffSession(context, id, 2, undefined, {});
  assert.deepEqual(
    [diff.added, diff.removed, diff.modified].map(files => files.map(file => file.path)),
    [['new.txt'], ['gone.txt'], ['a.json']],
  );
});

test('what cannot be merged is all listed, and nothing is changed', async t => {
  const { context, id, content, at } = await open(t);
  const before = readTree(content);
  await assert.rejects(mergeSession(context, id, { from: at('bad'), base: 1 }, {}), error => {
    assert.ok(HoldfastError.is(error, 'CONFLICT'));
    const { conflicts } = error.details as { conflicts: { file: string; path: string }[] };
    assert.deepEqual(
      conflicts.map(({ file, path }) => `${file}${path}`),
      ['a.json/y', 'b.bin'],
    );
    return true;
  });
  assert.deepEqual(readTree(content), before);
});
