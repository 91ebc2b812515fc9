import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { AutoCapture } from './auto-capture.ts';

const profile = {
  id: 'desk',
  title: 'Desk',
  areas: [{ id: 'desks', title: 'Desks', globs: ['desks/**'] }],
  sessions: { files: ['desks/*.json'], title: ['title'] },
};

test('what is written before the first pass comes to it is captured', async () => {
  using place = placeWith({ desks: { 'first.json': '{"title":"First"}', 'second.json': '{"title":"Second"}' } });
  fs.writeFileSync(path.join(place.path, 'app', 'holdfast.profile.json'), JSON.stringify(profile));
  const context = place.open();
  ensureVault(context);
  const captured = Promise.withResolvers<string>();
  const captures = new AutoCapture(context, {
    onCaptured: ({ location }) => captured.resolve(location),
    onProblem: captured.reject,
  });
  const second = 'desks/second.json';
  // Only the first one has been looked at when this returns.
  captures.start();
  fs.writeFileSync(path.join(place.root, second), '{"title":"Written"}');
  setImmediate(() => captures.notice([second]));
  assert.equal(await captured.promise, second);
  await captures.close();
});
