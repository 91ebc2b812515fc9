import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import type { Context } from '../context.ts';
import { createSession } from '../sessions/create.ts';
import { readSession } from '../sessions/show.ts';
import { updateSession } from '../sessions/update.ts';
import { readVersionFile } from '../sessions/version-content.ts';
import { sealCache, unsealCache } from './cache-file.ts';
import { listPacks } from './object-store.ts';

const magic = 'holdfast-packs2\n';

/** A session with 71 versions, each of which is a pack. */
async function manyVersions(path: string): Promise<{ context: Context; id: string }> {
  makeTree(path, { data: { workspace: {} } });
  const context = testContext(path);
  const { id } = await createSession(context, { title: 'Many' }, {}, { bytes: Buffer.from('0') });
  for (let number = 1; number <= 70; number++)
    await updateSession(context, id, { bytes: Buffer.from(String(number)) }, number, {});
  return { context, id };
}

test('many small packs are looked up in one file, which may be lost or damaged at any time', async () => {
  using place = temporaryDirectory();
  const { context, id } = await manyVersions(place.path);
  assert.ok(listPacks(context).length > 70);
  const merged = `${context.root}/.holdfast/cache/packs`;
  assert.equal((await readVersionFile(context, id, 40)).toString(), '39');
  assert.ok(fs.existsSync(merged));
  let opened = 0;
  const counting = filesWith('readFileSync', (file: string) => {
    if (String(file).endsWith('.idx')) opened++;
  });
  const counted = testContext(place.path, { fs: counting });
  assert.equal((await readVersionFile(counted, id, 2)).toString(), '1');
  assert.ok(opened < 10, `${opened} index files were opened`);
  const bytes = fs.readFileSync(merged);
  bytes[100]! ^= 1;
  fs.writeFileSync(merged, bytes);
  assert.equal((await readVersionFile(context, id, 71)).toString(), '70');
  fs.rmSync(merged);
  fs.rmSync(`${context.root}/.holdfast/index`, { recursive: true });
  assert.equal((await readVersionFile(context, id, 1)).toString(), '0');
  assert.equal((await readSession(context, id)).toString(), '70');
});

test('a file of many indexes whose numbers do not fit it, though its digest does, is made again', async () => {
  using place = temporaryDirectory();
  const { context, id } = await manyVersions(place.path);
  await readVersionFile(context, id, 40);
  const merged = `${context.root}/.holdfast/cache/packs`;
  const raw = unsealCache(magic, fs.readFileSync(merged))!;
  raw.writeUInt32LE(2 ** 31, 32);
  fs.writeFileSync(merged, sealCache(magic, raw));
  assert.equal((await readVersionFile(context, id, 40)).toString(), '39');
  assert.notEqual(unsealCache(magic, fs.readFileSync(merged))!.readUInt32LE(32), 2 ** 31);
});
