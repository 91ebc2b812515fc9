import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnwatchedChanges } from './unwatched-changes.ts';

test('while nobody looks, a burst of changes is passed on once, and the rest when somebody looks again', () => {
  const passed: string[][] = [];
  let watched = true;
  const thing = {};
  const changes = new UnwatchedChanges<object, string>(
    () => watched,
    (_thing, nouns) => passed.push(nouns),
  );
  changes.changed(thing, ['a'], 0);
  changes.changed(thing, ['b'], 1);
  assert.deepEqual(passed.splice(0), [['a'], ['b']]);
  watched = false;
  changes.changed(thing, ['a'], 10_000);
  changes.changed(thing, ['b'], 10_100);
  changes.changed(thing, ['b', 'c'], 10_200);
  assert.deepEqual(passed.splice(0), [['a']]);
  watched = true;
  changes.watchedAgain();
  changes.watchedAgain();
  assert.deepEqual(passed, [['b', 'c']]);
});
