import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Ports } from '../../src/engine/ports.ts';
import { editBuffer } from '../../src/engine/sessions/buffers/edit.ts';
import { allBuffers } from '../../src/engine/sessions/buffers/files.ts';
import { readBuffer, recoverSession } from '../../src/engine/sessions/buffers/recover.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { readSession } from '../../src/engine/sessions/show.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree } from '../fixtures/tree.ts';
import type { Powered } from './power-cut.ts';
import { copy } from './world.ts';

/** What the session holds, and then has typed into it. */
const texts = ['start', 'more start', 'more and more start', 'all anew', 'again all anew'];

/** Edits of a session that are kept before it is saved, or made its next version. */
export async function poweredBuffer(base: string, what: 'type' | 'recover'): Promise<Powered> {
  makeTree(base, { data: { workspace: {} } });
  const context = testContext(base);
  const { id } = await createSession(context, { title: 'Notes' }, {}, { bytes: Buffer.from(texts[0]!) });
  let acknowledged = 0;
  const type = async (ports: Partial<Ports>) => {
    const own = testContext(base, ports);
    const insert = (text: string) => [{ offset: 0, length: 0, text }];
    const { bufferId } = await editBuffer(own, id, { base: 1, before: 5, edits: insert('more ') });
    acknowledged = 1;
    const before = (number: number) => ({ bufferId, base: 1, before: texts[number]!.length });
    await editBuffer(own, id, { ...before(1), edits: insert('more and ') });
    acknowledged = 2;
    await editBuffer(own, id, { ...before(2), text: texts[3]! });
    acknowledged = 3;
    await editBuffer(own, id, { ...before(3), edits: insert('again ') });
    acknowledged = 4;
  };
  if (what === 'recover') await type({});
  copy(base, `${base}.kept`);
  return {
    name: `session ${what}`,
    base,
    reset() {
      fs.rmSync(base, { recursive: true });
      copy(`${base}.kept`, base);
      if (what === 'type') acknowledged = 0;
    },
    run: ports => (what === 'type' ? type(ports) : recoverSession(testContext(base, ports), id, {}, {})),
    async check(done) {
      const buffers = allBuffers(context);
      const now = (await readSession(context, id)).toString();
      assert.ok(buffers.length <= 1);
      const typed = buffers[0] ? (await readBuffer(context, buffers[0].id)).toString() : undefined;
      const may = texts.slice(acknowledged, acknowledged + 2);
      if (what === 'type') assert.equal(now, texts[0]);
      else if (done) assert.equal(now, texts[4]);
      if (typed !== undefined) assert.ok(may.includes(typed), `"${typed}", and not "${may.join('" or "')}"`);
      else assert.ok(may.includes(now), 'what was acknowledged is there');
      // What was recovered may be offered once more, and what was placed becomes a version first: both are finished.
      if (typed !== undefined) {
        await recoverSession(context, buffers[0]!.id, {}, {});
        assert.equal((await readSession(context, id)).toString(), typed);
      }
      assert.deepEqual(allBuffers(context), []);
      assert.deepEqual((await verifyVault(context, { readData: true }, {})).damaged, []);
    },
  };
}
