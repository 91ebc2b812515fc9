import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globProblem } from './globs.ts';

test('globs that may never come to an end are refused, those that people write are not', () => {
  for (const glob of [
    '+(a|a)b',
    '*(a*)',
    '(a+)',
    '[a]+',
    '{a,b}+',
    '(a|b)\\\\\\\\',
    'a\\',
    '*a*b*c*d',
    '**/a/**/b/**/c/**/d/**/e',
  ])
    assert.notEqual(globProblem(glob), undefined, glob);
  for (const glob of ['**/*.json', '*.{pem,key}', '@(a|b)*.js', 'a/!(x)/y', '**/a/**/*-*.*', 'c++/*', '\\*'])
    assert.equal(globProblem(glob), undefined, glob);
});
