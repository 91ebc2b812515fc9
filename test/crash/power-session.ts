import assert from 'node:assert/strict';
import fs from 'node:fs';
import { HoldfastError } from '../../src/engine/errors.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { deleteSession } from '../../src/engine/sessions/delete.ts';
import { sessionHistory } from '../../src/engine/sessions/history.ts';
import { readSession } from '../../src/engine/sessions/show.ts';
import { undeleteSession } from '../../src/engine/sessions/undelete.ts';
import { updateSession } from '../../src/engine/sessions/update.ts';
import { readVersionFile } from '../../src/engine/sessions/version-content.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree } from '../fixtures/tree.ts';
import type { Powered } from './power-cut.ts';
import { copy } from './world.ts';

/** A session of which the next version is being saved, or which is deleted and brought back. */
export async function poweredSession(base: string, what: 'save' | 'delete' | 'undelete'): Promise<Powered> {
  makeTree(base, { data: { workspace: {} } });
  const context = testContext(base);
  const { id } = await createSession(context, { title: 'Notes' }, {}, { bytes: Buffer.from('one') });
  const save = (ports = {}) => updateSession(testContext(base, ports), id, { bytes: Buffer.from('three') }, 2, {});
  await updateSession(context, id, { bytes: Buffer.from('two') }, 1, {});
  if (what === 'undelete') await deleteSession(context, id, {});
  copy(base, `${base}.kept`);
  return {
    name: `session ${what}`,
    base,
    reset() {
      fs.rmSync(base, { recursive: true });
      copy(`${base}.kept`, base);
    },
    run(ports) {
      if (what === 'save') return save(ports);
      return (what === 'delete' ? deleteSession : undeleteSession)(testContext(base, ports), id, {});
    },
    async check(acknowledged) {
      const { session, versions } = await sessionHistory(context, id);
      const numbers = versions.map(({ version }) => version).reverse();
      const texts: string[] = [];
      for (const number of numbers) texts.push((await readVersionFile(context, id, number)).toString());
      assert.deepEqual(texts.slice(0, 2), ['one', 'two'], 'every version that was acknowledged');
      if (acknowledged && what === 'save') assert.deepEqual(texts, ['one', 'two', 'three']);
      if (acknowledged && what !== 'save') assert.equal(session === null, what === 'delete');
      assert.deepEqual((await verifyVault(context, { readData: true }, {})).damaged, []);
      if (!session) await undeleteSession(context, id, {});
      const update = async () => {
        const { version } = (await sessionHistory(context, id)).versions[0]!;
        await updateSession(context, id, { bytes: Buffer.from('next') }, version, {});
      };
      // What was placed, and is no version yet, becomes one first.
      await update().catch(error => {
        if (!HoldfastError.is(error, 'VERSION_CONFLICT')) throw error;
        return update();
      });
      assert.equal((await readSession(context, id)).toString(), 'next');
    },
  };
}
