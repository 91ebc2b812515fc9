import { test } from 'node:test';
import { asOtherUser } from '../../../test/fixtures/other-user.ts';

// Root may write anywhere.
test('a directory that lets nobody write in it: restored, taken back and finished like any other', {
  skip: process.platform === 'win32',
}, () => {
  const code = 'await trial.restoreIntoClosed(); await trial.restoreSomeIntoClosed();';
  asOtherUser({ trial: import.meta.resolve('./test-support.ts') }, code);
});
