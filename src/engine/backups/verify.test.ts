import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { createBackup } from './create.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

const tree = { 'a.txt': 'some text, and more of it', inner: { 'b.bin': Buffer.from([0, 1, 2, 255]) }, empty: {} };

test('a whole backup is fine, by its id, as by its file and as a copy', async () => {
  using place = placeWith(tree);
  const { id, file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  fs.copyFileSync(file, `${place.path}/copy.tar.gz`);
  const before = readTree(place.path, { directoryTimes: true });
  for (const reference of [id, id.slice(0, 5), 'latest', file, `${place.path}/copy.tar.gz`]) {
    assert.deepEqual(await verifyBackup(place.context, reference, {}), { ok: true, files: 2, bytes: 29, bad: [] });
  }
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
});

test('one flipped bit anywhere in the archive is noticed', { timeout: 60_000 }, async () => {
  using place = placeWith(tree);
  const { id, file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const whole = fs.readFileSync(file);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = damaged[at]! ^ (1 << (at % 8));
    fs.writeFileSync(file, damaged);
    const { ok, bad } = await verifyBackup(place.context, id, {});
    assert.equal(ok, false, `byte ${at}, bit ${at % 8}`);
    assert.ok(bad[0]?.path === file || ['a.txt', 'inner/b.bin', 'inner', 'empty'].includes(bad[0]?.path ?? ''));
  }
});

test('one flipped bit in a copy is noticed, or changes no file', { timeout: 60_000 }, async () => {
  using place = placeWith(tree);
  const { file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const whole = fs.readFileSync(file);
  const copy = `${place.path}/copy.tar.gz`;
  const plain = zlib.gunzipSync(whole);
  for (let at = 0; at < whole.length; at += 3) {
    const damaged = Buffer.from(whole);
    damaged[at] = damaged[at]! ^ (1 << ((at + 3) % 8));
    fs.writeFileSync(copy, damaged);
    // Bits of a deflate stream can come to mean names that lead outside before its checksum is met.
    const ok = await verifyBackup(place.context, copy, {}).then(
      result => result.ok,
      (error: unknown) => {
        assert.ok(HoldfastError.is(error, 'ARCHIVE_UNSAFE'), `byte ${at}: ${error}`);
        return false;
      },
    );
    // Where it went unnoticed, it changed nothing that is in the archive: the header of gzip holds a time, for one.
    if (ok) assert.deepEqual(zlib.gunzipSync(damaged), plain, `byte ${at}`);
  }
});

test('an archive that ends too early is noticed, wherever that is', { timeout: 60_000 }, async () => {
  using place = placeWith(tree);
  const { id, file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const whole = fs.readFileSync(file);
  const copy = `${place.path}/copy.tar.gz`;
  for (let length = 0; length < whole.length; length += 7) {
    fs.writeFileSync(copy, whole.subarray(0, length));
    const { ok, bad } = await verifyBackup(place.context, copy, {});
    assert.deepEqual([ok, bad[0]?.path], [false, copy], `${length} bytes`);
    fs.writeFileSync(file, whole.subarray(0, length));
    assert.equal((await verifyBackup(place.context, id, {})).ok, false, `${length} bytes`);
  }
  fs.writeFileSync(file, Buffer.concat([whole, Buffer.from('x')]));
  assert.equal((await verifyBackup(place.context, id, {})).ok, false);
});

test('an archive that can be read again is whole, one that is gone is not found', async () => {
  using place = placeWith(tree);
  const { id, file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const whole = fs.readFileSync(file);
  fs.rmSync(file);
  await assert.rejects(verifyBackup(place.context, id, {}), code('NOT_FOUND'));
  await assert.rejects(verifyBackup(place.context, file, {}), code('NOT_FOUND'));
  fs.writeFileSync(file, whole);
  assert.ok((await verifyBackup(place.context, id, {})).ok);
});

test('a damaged vault does not keep an archive from being read by its file name', async () => {
  using place = placeWith(tree);
  const { file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  fs.writeFileSync(`${place.root}/.holdfast/vault.json`, 'damaged');
  assert.ok((await verifyBackup(place.context, file, {})).ok);
  const { failed } = await restoreBackup(place.context, file, { to: `${place.path}/rescued` }, {});
  assert.deepEqual(failed, []);
});

test('an archive that was changed in any way is refused or restored inside, and never hangs', {
  timeout: 60_000,
}, async () => {
  using place = placeWith({ ...tree, link: 'x' });
  makeTree(place.path, { canary: { 'tweet.txt': 'alive' } });
  const { file } = await createBackup(place.context, { to: `${place.path}/backups` }, {});
  const packed = fs.readFileSync(file);
  const plain = zlib.gunzipSync(packed);
  const change = fc.record({
    kind: fc.constantFrom('set', 'cut', 'drop', 'double', 'swap', 'zero'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    length: fc.nat(1500),
    byte: fc.nat(255),
  });
  const changed = (
    bytes: Buffer,
    { kind, at, length, byte }: { kind: string; at: number; length: number; byte: number },
  ): Buffer => {
    const start = Math.floor(at * bytes.length);
    const end = Math.min(bytes.length, start + length);
    const [before, part, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)];
    if (kind === 'cut') return before;
    if (kind === 'drop') return Buffer.concat([before, after]);
    if (kind === 'double') return Buffer.concat([before, part, part, after]);
    if (kind === 'swap') return Buffer.concat([after, part, before]);
    if (kind === 'zero') return Buffer.concat([before, Buffer.alloc(part.length), after]);
    return Buffer.concat([before, Buffer.of(byte), bytes.subarray(start + 1)]);
  };
  /** Of one header: a field gets other bytes, and the checksum fits. */
  const forged = (bytes: Buffer, { at, length, byte }: { at: number; length: number; byte: number }): Buffer => {
    const result = Buffer.from(bytes);
    const block = Math.floor((at * bytes.length) / 512) * 512;
    result[block + (length % 345)] = byte;
    result.fill(' ', block + 148, block + 156);
    const sum = result.subarray(block, block + 512).reduce((total, one) => total + one, 0);
    result.write(`${sum.toString(8).padStart(6, '0')}\0 `, block + 148, 'latin1');
    return result;
  };
  const archive = `${place.path}/changed.tar`;
  const to = `${place.path}/target`;
  const outside = () => readTree(place.path, { except: ['changed.tar', 'target', 'app/data/workspace/.holdfast'] });
  fs.writeFileSync(archive, '');
  const before = outside();
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('packed', 'plain', 'repacked', 'forged', 'forged packed'),
      async (changes, form) => {
        let bytes: Buffer = form === 'packed' ? packed : plain;
        for (const one of changes) bytes = form.startsWith('forged') ? forged(bytes, one) : changed(bytes, one);
        fs.writeFileSync(
          archive,
          form === 'repacked' || form === 'forged packed' ? zlib.gzipSync(bytes, { level: 1 }) : bytes,
        );
        await restoreBackup(place.context, archive, { to }, {}).catch((error: unknown) => {
          assert.ok(HoldfastError.is(error, 'ARCHIVE_UNSAFE', 'CORRUPT', 'NOT_FOUND'), `${(error as Error).stack}`);
        });
        assert.deepEqual(outside(), before);
        fs.rmSync(to, { recursive: true, force: true });
      },
    ),
    { numRuns: 200 },
  );
});
