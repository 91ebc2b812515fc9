import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../../../test/fixtures/ports.ts';
import { makeTree, temporaryDirectory } from '../../../../test/fixtures/tree.ts';
import { createSession } from '../create.ts';
import { sessionHistory } from '../history.ts';
import { readSession, showSession } from '../show.ts';
import { updateSession } from '../update.ts';
import { discardBuffer } from './discard.ts';
import { editBuffer } from './edit.ts';
import { allBuffers } from './files.ts';
import { listRecoverable } from './list.ts';
import { readBuffer, recoverSession } from './recover.ts';

async function open(t: { after(undo: () => void): void }, content = '{"a":1,"b":2}') {
  const place = temporaryDirectory();
  t.after(() => place[Symbol.dispose]());
  makeTree(place.path, { data: { workspace: {} } });
  const context = testContext(place.path);
  const { id } = await createSession(context, { title: 'Typed' }, {}, { bytes: Buffer.from(content) });
  return { context, id };
}

test('edits are kept as they are typed, offered after their process is gone, and become a version', async t => {
  const { context, id } = await open(t);
  const first = await editBuffer(context, id, { base: 1, before: 13, edits: [{ offset: 5, length: 1, text: '10' }] });
  await editBuffer(context, id, {
    bufferId: first.bufferId,
    base: 1,
    before: 14,
    edits: [
      { offset: 12, length: 1, text: '20' },
      { offset: 0, length: 0, text: ' ' },
    ],
  });
  assert.equal((await readBuffer(context, id)).toString(), ' {"a":10,"b":20}');
  assert.equal((await showSession(context, id)).unsaved, true);
  const [own] = (await listRecoverable(context)).recoverable;
  assert.deepEqual([own?.active, own?.base, own?.session, own?.title], [true, 1, id, 'Typed']);
  const { host } = context.ports;
  const later = { ...context, ports: { ...context.ports, host: { ...host, processStart: () => undefined } } };
  assert.equal((await listRecoverable(later)).recoverable[0]?.active, false);
  const saved = await recoverSession(later, id, {}, {});
  assert.deepEqual([saved.version, saved.unsaved], [2, false]);
  assert.equal((await readSession(context, id)).toString(), ' {"a":10,"b":20}');
  assert.equal((await sessionHistory(context, id)).versions[0]?.action, 'recover');
});

test('edits over an older version are refused, or merged when asked', async t => {
  const { context, id } = await open(t);
  await editBuffer(context, id, { base: 1, before: 13, edits: [{ offset: 5, length: 1, text: '10' }] });
  await updateSession(context, id, { bytes: Buffer.from('{"a":1,"b":3}') }, 1, {});
  await assert.rejects(recoverSession(context, id, {}, {}), { code: 'VERSION_CONFLICT' });
  assert.equal(allBuffers(context).length, 1, 'the buffer stays');
  await recoverSession(context, id, { merge: true }, {});
  assert.equal((await readSession(context, id)).toString(), '{"a":10,"b":3}');
});

test('edits that do not follow are refused; the whole text begins anew; discarding leaves nothing', async t => {
  const { context, id } = await open(t);
  const wrong = editBuffer(context, id, { base: 1, before: 12, edits: [] });
  await assert.rejects(wrong, { code: 'CONFLICT' });
  const { bufferId } = await editBuffer(context, id, { base: 1, before: 0, text: 'all of it' });
  await editBuffer(context, id, { bufferId, base: 1, before: 9, edits: [{ offset: 9, length: 0, text: '!' }] });
  assert.equal((await readBuffer(context, id)).toString(), 'all of it!');
  assert.deepEqual(discardBuffer(context, id), { discarded: [bufferId] });
  assert.deepEqual(fs.readdirSync(`${context.root}/.holdfast/buffers`), []);
  await assert.rejects(recoverSession(context, id, {}, {}), { code: 'NOT_FOUND' });
});

test('a byte order mark stays in the file that an editor showed without it', async t => {
  const { context, id } = await open(t, '\ufeffab');
  await editBuffer(context, id, { base: 1, before: 2, edits: [{ offset: 2, length: 0, text: 'c' }] });
  assert.equal((await readBuffer(context, id)).toString(), '\ufeffabc');
});

test('whatever is typed comes back, and a journal cut anywhere gives a text that once was', async t => {
  const { context, id } = await open(t);
  const edit = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 4 }),
    text: fc.string({ unit: 'binary', maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), fc.nat(), async (edits, cut) => {
      let text = '{"a":1,"b":2}';
      let bufferId: string | undefined;
      const states = [text];
      for (const { at, length: wanted, text: inserted } of edits) {
        const offset = at % (text.length + 1);
        const length = Math.min(wanted, text.length - offset);
        const input = { base: 1, before: text.length, edits: [{ offset, length, text: inserted }] };
        ({ bufferId } = await editBuffer(context, id, bufferId === undefined ? input : { ...input, bufferId }));
        text = text.slice(0, offset) + inserted + text.slice(offset + length);
        states.push(text);
      }
      const saved = (state: string) => Buffer.from(state).toString();
      assert.equal((await readBuffer(context, id)).toString(), saved(text));
      const [file] = allBuffers(context);
      const bytes = fs.readFileSync(file!.path);
      const header = bytes.indexOf(10) + 1;
      fs.truncateSync(file!.path, header + (cut % (bytes.length - header + 1)));
      const found = (await readBuffer(context, id)).toString();
      assert.ok(states.map(saved).includes(found));
      discardBuffer(context, id);
    }),
    { numRuns: 25 },
  );
});
