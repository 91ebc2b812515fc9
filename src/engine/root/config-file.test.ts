import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { findInConfig } from './config-file.ts';

function find(tree: Tree) {
  using place = temporaryDirectory();
  makeTree(place.path, tree);
  return findInConfig(fs, place.path, 'config.json', ['paths', 'workspace_dir']);
}

test('finds the text at the keys, also behind a byte order mark', () => {
  assert.deepEqual(find({ 'config.json': '{"paths":{"workspace_dir":" my data "}}' }), { value: ' my data ' });
  assert.deepEqual(find({ 'config.json': '\ufeff{"paths":{"workspace_dir":"d"}}' }), { value: 'd' });
});

test('what is not there is unset', () => {
  for (const content of [
    '{}',
    '{"paths":null}',
    '{"paths":{}}',
    '{"paths":{"workspace_dir":""}}',
    '{"paths":{"workspace_dir":null}}',
  ]) {
    assert.ok('unset' in find({ 'config.json': content }), content);
  }
  assert.deepEqual(find({}), { unset: 'There is no config.json.' });
});

test('what cannot be understood is a problem, told without the text', () => {
  for (const content of [
    '',
    '{',
    '[]',
    '"x"',
    '{"paths":[]}',
    '{"paths":{"workspace_dir":3}}',
    '// no comments here\n{}',
  ]) {
    assert.ok('problem' in find({ 'config.json': content }), content);
  }
  const broken = find({ 'config.json': '{"key": "hush",\n "paths": {"workspace_dir": data}}' });
  assert.ok('problem' in broken);
  assert.match(broken.problem, /line 2/);
  assert.doesNotMatch(broken.problem, /hush|data\}/);
  assert.ok('problem' in find({ 'config.json': {} }));
});
