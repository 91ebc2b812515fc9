import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canary } from '../../../test/fixtures/digital-article.ts';
import { tokenStores } from '../../../test/fixtures/doco.ts';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { readJson } from '../reading/bounded-json.ts';
import { sourcesIn, viewOf } from './test-support.ts';
import { tokenGeneration } from './tokens.ts';

test('token stores are told apart, and nothing of them is told', () => {
  for (const [generation, text] of Object.entries(tokenStores))
    assert.equal(tokenGeneration(readJson(Buffer.from(text))).generation, generation);
  assert.equal(tokenGeneration(readJson(Buffer.from('{}'))).generation, 'empty');
  for (const text of ['{"x": 1}', '{"x": {"group": "g"}}', '{"a.b.c": {"group": 7}}'])
    assert.equal(tokenGeneration(readJson(Buffer.from(text))).generation, 'unknown');
  const both = { ...JSON.parse(tokenStores.T1), ...JSON.parse(tokenStores.T4) };
  assert.equal(tokenGeneration(readJson(Buffer.from(JSON.stringify(both)))).generation, 'mixed');
  for (const text of [tokenStores.T1.slice(0, -9), `["${canary}"]`, `\ufeff{"${canary}":1}`, '']) {
    assert.throws(
      () => tokenGeneration(readJson(Buffer.from(text))),
      error => error instanceof Error && !error.message.includes('CANARY'),
    );
  }
});

test('a store that a variable names comes along, under a name that no other store has', () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    data: { auth: { 'tokens.json': '{}' } },
    logs: { 'gofr-doc_tokens.json': '{}', 'gofr-doc_tokens.json.bak': '{' },
    'my secrets': { 'tokens.json': '{}' },
  });
  const env = { DOCO_TOKEN_STORE: 'my secrets/tokens.json', GOFR_DOC_TOKEN_STORE: 'logs/gofr-doc_tokens.json' };
  const { moves } = sourcesIn(viewOf(place.path, 'new', env));
  assert.deepEqual(moves, {
    'data/auth/tokens.json': 'auth/tokens.json',
    'logs/gofr-doc_tokens.json': 'auth/gofr-doc_tokens.json',
    'logs/gofr-doc_tokens.json.bak': 'auth/gofr-doc_tokens.json.bak',
    'my secrets/tokens.json': 'auth/my-secrets/tokens.json',
  });
});
