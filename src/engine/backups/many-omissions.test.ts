import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { createBackup } from './create.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

/** So that fewer files than two hundred thousand have as long a list. */
const deep = Array(14).fill('d'.repeat(240)).join('/');
const files = 8000;

test('a backup that leaves out more than its record has room for says how many more, and can be read', async () => {
  using place = placeWith({ 'kept.txt': 'kept' }, { settings: { user: { exclude: ['**/left-out-*'] } } });
  fs.mkdirSync(`${place.root}/${deep}`, { recursive: true });
  for (let number = 0; number < files; number++) fs.writeFileSync(`${place.root}/${deep}/left-out-${number}`, '');
  const { file, omitted } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const more = Number(/^(\d+) more were left out/.exec(omitted.at(-1)!.reason)?.[1]);
  assert.equal(omitted.length - 1 + more, files);
  assert.equal((await verifyBackup(place.open(), file, {})).ok, true);
  const to = `${place.path}/restored`;
  assert.deepEqual((await restoreBackup(place.open(), file, { to }, {})).failed, []);
  assert.equal(fs.readFileSync(`${to}/kept.txt`, 'utf8'), 'kept');
});
