import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openContext } from '../../src/engine/root/open.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { sessionHistory } from '../../src/engine/sessions/history.ts';
import { readVersionFile } from '../../src/engine/sessions/version-content.ts';
import { nodePorts } from '../../src/node-ports.ts';
import { crashDirectory } from './place.ts';

const processes = 8;
/** Updates by each process; 500 of them are the promise, too long for every run. */
const times = Number(process.env.HOLDFAST_TEST_UPDATES ?? 40);

test(`${processes} processes that update one session ${times} times each lose nothing`, async t => {
  using place = crashDirectory();
  const workspace = place.path;
  mkdirSync(path.join(workspace, 'data', 'workspace'), { recursive: true });
  const context = openContext({ ...nodePorts(), env: {} }, { workspace });
  const { id } = await createSession(context, { title: 'Counted' }, {});
  const script = path.join(import.meta.dirname, 'update-sessions.ts');
  const names = Array.from({ length: processes }, (_, index) => `process ${index}`);
  await Promise.all(
    names.map(async name => {
      const child = spawn(process.execPath, [script, workspace, id, name, String(times)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      t.after(() => child.kill('SIGKILL'));
      const ended = new Promise<number | null>(resolve => child.on('close', resolve));
      const [said, status] = await Promise.all([text(child.stderr), ended]);
      assert.equal(status, 0, said);
    }),
  );

  const total = processes * times;
  const { session, versions } = await sessionHistory(context, id);
  assert.deepEqual(
    versions.map(({ version, action }) => [version, action]),
    Array.from({ length: total + 1 }, (_, index) => [total + 1 - index, index === total ? 'create' : 'update']),
  );
  assert.equal(session?.version, total + 1);
  let before: Record<string, number> = {};
  for (let version = 1; version <= total + 1; version++) {
    const counts = JSON.parse((await readVersionFile(context, id, version)).toString()) as Record<string, number>;
    const added = names.filter(name => (counts[name] ?? 0) !== (before[name] ?? 0));
    assert.equal(added.length, version === 1 ? 0 : 1, `version ${version} adds to the one before it`);
    for (const name of added) assert.equal(counts[name], (before[name] ?? 0) + 1);
    before = counts;
  }
  assert.deepEqual(before, Object.fromEntries(names.map(name => [name, times])));
});
