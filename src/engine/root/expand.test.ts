// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are what is tested
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../errors.ts';
import { expandPath } from './expand.ts';

const surroundings = {
  workspace: path.resolve('/work/app'),
  home: path.resolve('/home/maria'),
  env: { DATA: path.resolve('/srv/data'), EMPTY: '', TRICKY: '${userHome}' },
};
const expand = (text: string) => expandPath(text, surroundings);

test('variables, the home directory and relative paths', () => {
  assert.equal(expand('data/workspace'), path.resolve('/work/app/data/workspace'));
  assert.equal(expand('./data/../state/'), path.resolve('/work/app/state'));
  assert.equal(expand('${workspaceFolder}/state'), path.resolve('/work/app/state'));
  assert.equal(expand('${env:DATA}/state'), path.resolve('/srv/data/state'));
  assert.equal(expand('${userHome}'), path.resolve('/home/maria'));
  assert.equal(expand('~'), path.resolve('/home/maria'));
  assert.equal(expand('~/state'), path.resolve('/home/maria/state'));
  assert.equal(expand('~maria'), path.resolve('/work/app/~maria'));
  assert.equal(expand('state~'), path.resolve('/work/app/state~'));
});

test('what a variable holds is not expanded again', () => {
  assert.equal(expand('${env:TRICKY}'), path.resolve('/work/app/${userHome}'));
});

test('an unknown or empty variable is an error and never an empty text', () => {
  for (const text of ['${env:MISSING}/state', '${env:EMPTY}/state', '${workspaceRoot}', '${}', '${env:}', 'a\0b']) {
    assert.throws(
      () => expand(text),
      error => HoldfastError.is(error, 'INVALID_CONFIG'),
      text,
    );
  }
});

test('a path without variables means what it means to the system', () => {
  const plain = fc.string().filter(text => !/[$\0]/.test(text) && !text.startsWith('~'));
  fc.assert(fc.property(plain, text => assert.equal(expand(text), path.resolve(surroundings.workspace, text))));
});

test('whatever the text, the result is absolute or a named error', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('~', '/', '..', '${', '}', '${userHome}', '${workspaceFolder}', '${env:DATA}', '${env:NO}'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), pieces => {
      try {
        assert.ok(path.isAbsolute(expand(pieces.join(''))));
      } catch (error) {
        assert.ok(HoldfastError.is(error, 'INVALID_CONFIG'), String(error));
      }
    }),
  );
});
