import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { link, type Tree } from '../../../test/fixtures/tree.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { capture } from './capture.ts';
import { DryStore } from './dry-store.ts';
import { selectionOf } from './selection.ts';

const deep: Tree = {
  'top file': 'x',
  a: { b: { c: { file: 'c', other: 'o' }, 'in b': 'x' }, link: link('b/c/file'), 'in a': 'x' },
  empty: {},
  z: { 'in z': 'x', '.holdfast': { 'is a folder like any other': 'here' } },
};

/** One after the other. Each is seen although the directories around it stay as they were. */
const edits: Record<string, (root: string) => void> = {
  nothing: () => {},
  'a file deep below': root => fs.writeFileSync(`${root}/a/b/c/file`, 'C'),
  'a new file': root => fs.writeFileSync(`${root}/a/b/c/another`, 'new'),
  'one gone': root => fs.rmSync(`${root}/a/b/c/other`),
  'another mode of a directory': root => fs.chmodSync(`${root}/a/b`, 0o700),
  'a directory in an empty one': root => fs.mkdirSync(`${root}/empty/inside`),
  'another name': root => fs.renameSync(`${root}/a/b/in b`, `${root}/a/b/renamed`),
  'a file where a directory was': root => {
    fs.rmdirSync(`${root}/empty/inside`);
    fs.writeFileSync(`${root}/empty/inside`, '');
  },
  'a directory where a file was': root => {
    fs.rmSync(`${root}/a/in a`);
    fs.mkdirSync(`${root}/a/in a`);
  },
  'another target': root => {
    fs.rmSync(`${root}/a/link`);
    fs.symlinkSync('b/c/else', `${root}/a/link`);
  },
  'a directory gone': root => fs.rmSync(`${root}/a/b/c`, { recursive: true }),
  'nothing again': () => {},
};

test('a snapshot by what the last one knew is the one that reading everything gives', async () => {
  using place = placeWith(deep);
  for (const [edit, change] of Object.entries(edits)) {
    change(place.root);
    // The clock that stamps files has to go on: a scan trusts only what is older.
    await pause(120);
    const { tree, files, bytes, newBytes } = await place.snapshot();
    const vault = new ObjectStore(place.context);
    const selection = selectionOf(place.context, { paths: [], areas: [] });
    const all = await capture(place.context, place.root, new DryStore(vault), selection, undefined, {});
    await vault.close();
    assert.deepEqual({ tree, files, bytes }, { tree: all.tree, files: all.files, bytes: all.bytes }, edit);
    if (edit.startsWith('nothing')) assert.equal(newBytes, edit === 'nothing' ? newBytes : 0, edit);
  }
});
