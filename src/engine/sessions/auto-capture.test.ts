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

test('what is written before the first pass comes to it is captured', { timeout: 20_000 }, async () => {
  using place = placeWith({ desks: { 'first.json': '{"title":"First"}', 'second.json': '{"title":"Second"}' } });
  fs.writeFileSync(path.join(place.path, 'app', 'holdfast.profile.json'), JSON.stringify(profile));
  // The clock of the file system ticks, so what is written now may get an earlier time than now.
  const context = place.open({ now: () => new Date(Date.now() + 50) });
  ensureVault(context);
  const second = 'desks/second.json';
  const captured = Promise.withResolvers<void>();
  const captures = new AutoCapture(context, {
    onCaptured: ({ location }) => {
      if (location === second) captured.resolve();
    },
    onProblem: captured.reject,
  });
  // Only the first one has been looked at when this returns.
  captures.start();
  fs.writeFileSync(path.join(place.root, second), '{"title":"Written"}');
  setImmediate(() => captures.notice([second]));
  await captured.promise;
  await captures.close();
});
