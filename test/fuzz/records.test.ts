import { test } from 'node:test';
import { records } from './targets/records.ts';
import { withstands } from './withstands.ts';

// Of these, each kind is read by the same few lines.
const often = ['manifest', 'labels', 'version'];

for (const target of records) {
  const rounds = often.includes(target.name) ? 2000 : 300;
  test(`${target.name}: ${rounds} inputs`, () => withstands(target, rounds));
}
