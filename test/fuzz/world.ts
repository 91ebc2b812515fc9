import fs from 'node:fs';
import path from 'node:path';
import type { Context } from '../../src/engine/context.ts';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { planMigration } from '../../src/engine/migrations/plan.ts';
import { editBuffer } from '../../src/engine/sessions/buffers/edit.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { deleteSnapshots } from '../../src/engine/snapshots/delete.ts';
import { editSnapshot } from '../../src/engine/snapshots/edit.ts';
import { recordVisit } from '../../src/engine/snapshots/visits/record-visit.ts';
import { link, makeTree } from '../fixtures/tree.ts';
import type { FuzzPlace } from './fuzz.ts';

/** Small, and with one of everything that a directory can hold. */
export const smallTree = {
  'a.txt': 'a\n',
  'caf\udce9': 'not UTF-8',
  empty: '',
  nothing: {},
  long: Buffer.alloc(1024 * 1024 + 7, 'long '),
  docs: { a: 'a', again: 'a', up: link('../empty'), deep: { b: 'b'.repeat(3000) } },
};

/** A vault with a record of every kind. */
export async function makeWorld(place: FuzzPlace): Promise<{ context: Context; snapshot: string; session: string }> {
  makeTree(place.root, smallTree, { mtime: '2024-05-06T07:08:09.123Z' });
  makeTree(path.join(place.workspace, 'old'), { 'legacy.json': '{"a":1}', 'more.txt': 'more' });
  const context = place.open();
  const { id: session } = await createSession(
    context,
    { title: 'One', description: 'words' },
    {},
    {
      bytes: Buffer.from('{"one":1}'),
    },
  );
  const { bufferId } = await editBuffer(context, session, {
    base: 1,
    before: 9,
    edits: [{ offset: 1, length: 0, text: '"x":2,' }],
  });
  await editBuffer(context, session, { base: 1, before: 15, bufferId, edits: [{ offset: 0, length: 1, text: '{ ' }] });
  const from = [path.join(place.workspace, 'old')];
  const { planId } = await planMigration(context, { from }, {});
  await applyMigration(context, { plan: planId }, {});
  const deleted = await createSnapshot(context, { title: 'gone' }, {});
  const snapshot = await createSnapshot(context, { title: 'kept', tags: ['x'] }, {});
  await deleteSnapshots(context, [deleted.id]);
  editSnapshot(context, snapshot.id, { title: 'renamed', pinned: true });
  await recordVisit(context, snapshot);
  return { context, snapshot: snapshot.id, session };
}

/** The first file, by name, in a directory of the vault or in one below it. */
export function firstFile(directory: string): string {
  const names = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const name = names.find(one => fs.statSync(path.join(directory, one)).isFile());
  if (name === undefined) throw new Error(`Nothing lies in ${directory}.`);
  return path.join(directory, name);
}
