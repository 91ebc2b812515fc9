import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../test/fixtures/digital-article.ts';
import { makeTree, type Tree, temporaryDirectory } from '../../test/fixtures/tree.ts';
import { HoldfastError } from '../engine/errors.ts';
import { detectProfile, profileById, profiles } from './registry.ts';

function detect(place: string): string {
  return detectProfile({ fs, platform: process.platform, env: {}, home: '/', workspace: place, root: place }).id;
}

function detectIn(tree: Tree): string {
  using place = temporaryDirectory();
  return detect(makeTree(place.path, tree));
}

test('knows each profile by its id, and names them all for an unknown one', () => {
  for (const profile of profiles) assert.equal(profileById(profile.id), profile);
  assert.throws(
    () => profileById('constructor'),
    error => HoldfastError.is(error, 'INVALID_CONFIG') && /digital-article, generic/.test(error.hint!),
  );
});

test('recognises Digital Article by what it leaves', () => {
  using sample = temporaryDirectory();
  makeDigitalArticle(sample.path);
  assert.equal(detect(sample.path), 'digital-article');
  assert.equal(detectIn({ backend: { notebook_workspace: {} } }), 'digital-article');
  assert.equal(detectIn({ data: { notebooks: {}, workspace: {} } }), 'digital-article');
  assert.equal(detectIn({ 'config.json': '{"paths":{"workspace_dir":"x"}}' }), 'digital-article');
  assert.equal(detectIn({ 'config.json': '{"llm":{"provider":"x"}}', backend: { app: {} } }), 'digital-article');
});

test('takes a config file that nobody can read for its own, so that the search for a root stops', () => {
  assert.equal(detectIn({ 'config.json': '{"paths": {"workspace_' }), 'digital-article');
});

test('leaves other workspaces to the generic profile', () => {
  assert.equal(detectIn({}), 'generic');
  assert.equal(detectIn({ 'config.json': '{"llm":{"provider":"x"}}' }), 'generic');
  assert.equal(detectIn({ 'config.json': '// a comment\n{"port": 80,}' }), 'generic');
  assert.equal(detectIn({ backend: { app: {} }, data: { workspace: {} } }), 'generic');
});
