import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../test/fixtures/digital-article.ts';
import { makeTree, type Tree, temporaryDirectory } from '../../test/fixtures/tree.ts';
import { HoldfastError } from '../engine/errors.ts';
import { matchingProfiles, profileById, profiles } from './registry.ts';

function viewOf(place: string) {
  return { fs, platform: process.platform, env: {}, home: '/nowhere', workspace: place, root: place };
}

function detect(place: string): string {
  return matchingProfiles(viewOf(place), true)[0].id;
}

function detectIn(tree: Tree): string {
  using place = temporaryDirectory();
  return detect(makeTree(place.path, tree));
}

test('knows each profile by its id, and names them all for an unknown one', () => {
  for (const profile of profiles) assert.equal(profileById(profile.id, viewOf('/nowhere'), true), profile);
  assert.throws(
    () => profileById('constructor', viewOf('/nowhere'), true),
    error =>
      HoldfastError.is(error, 'INVALID_CONFIG') &&
      /digital-article, doco, uploads-json, webviz, atlas, generic/.test(error.hint!),
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
