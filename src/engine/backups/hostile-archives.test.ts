import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { pax, type RawEntry, rawEntry, rawTar, writeRawTar } from '../../../test/fixtures/archives.ts';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { encodeRecord } from '../record.ts';
import { headKind, manifestKind } from './records.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

/** Refused as a whole, by verify as by restore, while nothing in the root or anywhere beside it changes. */
async function refused(
  entries: readonly RawEntry[] | Buffer,
  { name = 'evil.tar', platform = process.platform }: { name?: string; platform?: NodeJS.Platform } = {},
): Promise<HoldfastError> {
  using place = placeWith({ 'mine.txt': 'mine', inner: { 'x.txt': 'x' } });
  makeTree(`${place.path}/app/data`, { canary: { 'tweet.txt': 'alive' }, 'x.txt': 'beside', target: {} });
  const file = `${place.path}/${name}`;
  if (Buffer.isBuffer(entries)) fs.writeFileSync(file, entries);
  else writeRawTar(file, entries as readonly RawEntry[]);
  const before = readTree(place.path, { directoryTimes: true });
  const context = place.open({ platform });
  const tried = async (run: () => Promise<unknown>): Promise<HoldfastError> => {
    const error = await run().then(
      result => assert.fail(`it was taken: ${JSON.stringify(result)}`),
      (thrown: unknown) => thrown,
    );
    assert.ok(HoldfastError.is(error, 'ARCHIVE_UNSAFE', 'CORRUPT'), `${error}`);
    assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
    return error;
  };
  const error = await tried(() => restoreBackup(context, file, {}, {}));
  const other = await tried(() => restoreBackup(context, file, { to: `${place.path}/app/data/target` }, {}));
  assert.equal(other.code, error.code);
  const verified = await verifyBackup(context, file, {}).catch((thrown: unknown) => thrown);
  if (error.code === 'CORRUPT') assert.equal((verified as { ok: boolean }).ok, false);
  else assert.ok(HoldfastError.is(verified, 'ARCHIVE_UNSAFE'), `${verified}`);
  return error;
}

const good: RawEntry = { name: 'good.txt', data: 'good' };

const hostile: Record<string, RawEntry[]> = {
  'a name that climbs': [good, { name: '../x.txt', data: 'evil' }],
  'an absolute name': [good, { name: '/tmp/holdfast-evil', data: 'evil' }],
  'a name that goes down and climbs': [good, { name: 'a/../../x.txt', data: 'evil' }],
  'a name that climbs in a pax header': [good, pax({ path: '../x.txt' }), { name: 'harmless', data: 'evil' }],
  'a name that climbs in a GNU header': [good, { name: '././@LongLink', flag: 'L', data: '../x.txt\0' }, good],
  'a name with a zero byte': [good, pax({ path: 'a\0/../b' }), { name: 'harmless', data: 'evil' }],
  'a link to the outside': [{ name: 'out', flag: '2', link: '../canary' }],
  'a link to an absolute place': [{ name: 'out', flag: '2', link: '/etc' }],
  'a link that another link leads outside': [
    { name: 'a/', flag: '5' },
    { name: 'a/b/', flag: '5' },
    { name: 'a/b/up', flag: '2', link: '../..' },
    { name: 'out', flag: '2', link: 'a/b/up/../canary' },
  ],
  'the same the other way round': [
    { name: 'out', flag: '2', link: 'a/b/up/../canary' },
    { name: 'a/b/up', flag: '2', link: '../..' },
  ],
  'a link without a text': [good, { name: 'evil', flag: '2' }],
  'a link with a text that is too long': [good, pax({ linkpath: 'x'.repeat(5000) }), { name: 'evil', flag: '2' }],
  'a file below a link': [
    { name: 'inner', flag: '2', link: 'deep' },
    { name: 'inner/evil.txt', data: 'evil' },
  ],
  'a file below a link that comes after it': [
    { name: 'inner/evil.txt', data: 'evil' },
    { name: 'inner', flag: '2', link: 'deep' },
  ],
  'a directory in place of a link': [
    { name: 'inner', flag: '2', link: 'deep' },
    { name: 'inner/', flag: '5' },
  ],
  'a file below a file': [good, { name: 'good.txt/evil.txt', data: 'evil' }],
  'a hard link to nothing': [{ name: 'evil', flag: '1', link: 'missing' }],
  'a hard link to what comes later': [{ name: 'evil', flag: '1', link: 'good.txt' }, good],
  'a hard link to the outside': [{ name: 'evil', flag: '1', link: '../canary/tweet.txt' }],
  'a hard link to an absolute place': [{ name: 'evil', flag: '1', link: '/etc/passwd' }],
  'a hard link to a link': [
    { name: 'soft', flag: '2', link: 'good.txt' },
    { name: 'evil', flag: '1', link: 'soft' },
  ],
  'a hard link to itself': [{ name: 'evil', flag: '1', link: 'evil' }],
  'a hard link without a target': [{ name: 'evil', flag: '1' }],
  'a character device': [good, { name: 'evil', flag: '3' }],
  'a block device': [good, { name: 'evil', flag: '4' }],
  'a FIFO': [good, { name: 'evil', flag: '6' }],
  'a kind that nobody knows': [good, { name: 'evil', flag: 'Z', data: 'evil' }],
  'a sparse file, whose bytes are not in order': [good, { name: 'evil', flag: 'S', data: 'evil' }],
  'the same name twice': [good, { name: 'good.txt', data: 'other' }],
  'the same name twice, written differently': [good, { name: './/good.txt', data: 'other' }],
  'fewer bytes than declared': [{ name: 'evil', size: 5000, data: 'evil' }, good],
  'a last entry with fewer bytes than declared': [good, { name: 'evil', size: 50_000, data: 'evil' }],
  'more bytes than declared': [{ name: 'evil', size: 3, data: 'e'.repeat(2000) }, good],
  'a negative size': [{ name: 'evil', size: Buffer.from('ffffffffffffffffffffff00', 'hex'), data: 'evil' }],
  'a size in no form that there is': [{ name: 'evil', size: Buffer.from('c1ffffffffffffffffffff00', 'hex') }, good],
  'a size beyond all numbers': [{ name: 'evil', size: Buffer.from('807fffffffffffffffffffff', 'hex') }],
  'a size that is no number': [{ name: 'evil', size: Buffer.from('zzzzzzzzzzz\0') }, good],
  'a negative size in a pax header': [pax({ size: '-1' }), { name: 'evil', data: 'evil' }],
  'a pax header of a negative size': [
    { name: 'pax', flag: 'x', size: Buffer.from('ffffffffffffffffffffff00', 'hex') },
    { name: 'evil', size: 100 },
  ],
  'a pax header of a size in no form': [
    { name: 'pax', flag: 'x', size: Buffer.from('c1ffffffffffffffffffff00', 'hex') },
    { name: '../evil', data: 'x' },
  ],
  'a directory 10,000 deep': [pax({ path: `${'d/'.repeat(10_000)}f` }), { name: 'evil', data: 'evil' }],
  'a directory 300 deep': [pax({ path: `${'d/'.repeat(300)}f` }), { name: 'evil', data: 'evil' }],
  'a name of 5,000 characters': [pax({ path: 'n'.repeat(5000) }), { name: 'evil', data: 'evil' }],
  'a pax header of 8 MiB': [pax({ comment: 'c'.repeat(8 * 1024 * 1024) }), good],
  'a file without a name': [{ name: '', data: 'evil' }],
  'a directory that is a file': [{ name: './', flag: '0', data: 'evil' }],
  'Holdfast’s own record, forged': [{ name: '.holdfast-backup/backup.json', data: '{}' }, good],
  'Holdfast’s own manifest, as a link': [{ name: '.holdfast-backup/manifest.json', flag: '2', link: 'good.txt' }],
};

for (const [what, entries] of Object.entries(hostile)) {
  test(`an archive with ${what} is refused`, { timeout: 10_000 }, async () => {
    await refused(entries);
  });
}

/** An archive as Holdfast writes it, with two files `one` and `two` for which the manifest gives these paths. */
function withManifest(paths: readonly [string, string]): RawEntry[] {
  const now = new Date(0);
  const scope = { areas: [], secrets: false, vault: false };
  const head = { id: 'a'.repeat(20), createdAt: now.toISOString(), rootId: 'b'.repeat(20), scope };
  const sha256 = createHash('sha256').update('evil').digest('hex');
  const entries = ['one', 'two'].map((archived, at) => {
    return { path: paths[at]!, archived, type: 'file' as const, size: 4, mode: 0o644, mtime: '0', sha256 };
  });
  return [
    { name: '.holdfast-backup/backup.json', data: encodeRecord(headKind, head, now) },
    { name: 'one', data: 'evil' },
    { name: 'two', data: 'evil' },
    { name: '.holdfast-backup/manifest.json', data: encodeRecord(manifestKind, { entries, omitted: [] }, now) },
  ];
}

for (const paths of [
  ['good', '../x.txt'],
  ['good', '/tmp/holdfast-evil'],
  ['good', 'a/../../x.txt'],
  ['good', './x.txt'],
  ['good', ''],
  ['good', 'good'],
  ['good', 'good/below'],
  ['é', '\udcc3\udca9'],
  ['good', '\ud800'],
  ['good', `${'d/'.repeat(300)}f`],
] as const) {
  test(`a manifest that sends files to ${JSON.stringify(paths).slice(0, 40)} is refused`, async () => {
    const error = await refused(withManifest(paths));
    assert.equal(error.code, 'ARCHIVE_UNSAFE');
  });
}

test('a manifest may give an entry another path, as it does for one that is no UTF-8', async () => {
  using place = placeWith({});
  const file = writeRawTar(`${place.path}/own.tar.gz`, withManifest(['good', 'inner/other']));
  await restoreBackup(place.context, file, {}, {});
  assert.deepEqual(Object.keys(place.tree()), ['good', 'inner', 'inner/other']);
});

test('names that only Windows reads as another place are refused there', { timeout: 20_000 }, async () => {
  for (const name of [
    '..\\x.txt',
    'a\\..\\..\\x.txt',
    'C:\\x.txt',
    'C:x.txt',
    '\\x.txt',
    '\\\\host\\share\\x',
    'nul',
  ]) {
    const error = await refused([good, { name, data: 'evil' }], { platform: 'win32' });
    assert.equal(error.code, 'ARCHIVE_UNSAFE', name);
  }
});

test('whether it is compressed makes no difference', { timeout: 10_000 }, async () => {
  const error = await refused([good, { name: '../x.txt', data: 'evil' }], { name: 'evil.tar.gz' });
  assert.equal(error.code, 'ARCHIVE_UNSAFE');
});

test('what is no archive at all is damage', { timeout: 10_000 }, async () => {
  for (const bytes of ['', 'x', 'no archive', '\x1f\x8b', `\x1f\x8b${'x'.repeat(600)}`, 'x'.repeat(10_000)]) {
    const error = await refused(Buffer.from(bytes, 'latin1'));
    assert.equal(error.code, 'CORRUPT', JSON.stringify(bytes.slice(0, 20)));
  }
  assert.equal((await refused(zlib.gzipSync(''))).code, 'CORRUPT');
});

test('an archive that grows without bounds is given up early', { timeout: 30_000 }, async () => {
  // 4 GiB of zeros, compressed twice as far as gzip can by being many members: 64 MiB each.
  const [head = Buffer.alloc(0)] = rawEntry({ name: 'zeros', size: 8 * 1024 ** 3 - 1 });
  const member = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
  const started = performance.now();
  const bomb = Buffer.concat([zlib.gzipSync(head), ...Array.from({ length: 64 }, () => member)]);
  const error = await refused(bomb, { name: 'bomb.tar.gz' });
  assert.equal(error.code, 'ARCHIVE_UNSAFE');
  assert.match(error.message, /grows/);
  assert.ok(performance.now() - started < 20_000);
});

test('names that JavaScript gives a meaning have none', async () => {
  using place = placeWith({});
  const names = ['__proto__', 'constructor', 'toString/valueOf', '__proto__x/__proto__', 'hasOwnProperty'];
  const file = writeRawTar(
    `${place.path}/odd.tar`,
    names.map(name => ({ name, data: name })),
  );
  const result = await restoreBackup(place.context, file, {}, {});
  assert.deepEqual([result.restored, result.failed], [names.length, []]);
  for (const name of names) assert.equal(fs.readFileSync(`${place.root}/${name}`, 'utf8'), name);
});

test('what would be carried out, or believed, in the vault is not placed there', async () => {
  using place = placeWith({ 'mine.txt': 'mine' });
  await place.snapshot();
  const names = ['placement/journal.json', 'placement/staged/0', 'locks/x.json', 'tmp/x', 'cache/x', 'index/x.idx'];
  const vaultRecord = fs.readFileSync(`${place.root}/.holdfast/vault.json`);
  const file = writeRawTar(`${place.path}/odd.tar`, [
    ...names.map(name => ({ name: `.holdfast/${name}`, data: 'evil' })),
    { name: '.holdfast/vault.json', data: 'evil' },
    { name: 'a/.holdfast-restore/journal.json', data: 'evil' },
    good,
  ]);
  const result = await restoreBackup(place.context, file, {}, {});
  assert.equal(result.restored, 1);
  const failed = new Set(result.failed.map(({ path }) => path));
  for (const name of names) assert.ok(failed.has(`.holdfast/${name}`), name);
  assert.ok(failed.has('a/.holdfast-restore/journal.json'));
  assert.deepEqual(fs.readFileSync(`${place.root}/.holdfast/vault.json`), vaultRecord);
  assert.equal(fs.readFileSync(`${place.root}/good.txt`, 'utf8'), 'good');
});

test('a link that lies in the root already is not written through', async () => {
  using place = placeWith({});
  makeTree(`${place.path}/canary`, { 'tweet.txt': 'alive' });
  fs.symlinkSync(`${place.path}/canary`, `${place.root}/inner`);
  fs.symlinkSync(`${place.path}/canary/tweet.txt`, `${place.root}/good.txt`);
  const before = readTree(`${place.path}/canary`, { directoryTimes: true });
  for (const overwrite of ['never', 'if-newer', 'if-changed', 'always'] as const) {
    const file = writeRawTar(`${place.path}/odd.tar`, [{ name: 'inner/tweet.txt', data: 'evil' }, good]);
    await restoreBackup(place.context, file, { overwrite }, {});
    assert.deepEqual(readTree(`${place.path}/canary`, { directoryTimes: true }), before, overwrite);
  }
  const directory = writeRawTar(`${place.path}/dirs.tar`, [
    { name: 'inner/', flag: '5' },
    { name: 'inner/tweet.txt', data: 'evil' },
  ]);
  await restoreBackup(place.context, directory, {}, {});
  assert.deepEqual(readTree(`${place.path}/canary`, { directoryTimes: true }), before);
});

test('100,000 empty entries are read in bounded time', { timeout: 60_000 }, async () => {
  using place = placeWith({});
  const file = writeRawTar(
    `${place.path}/many.tar.gz`,
    Array.from({ length: 100_000 }, (_, number) => ({ name: `${number % 100}/${number}` })),
  );
  const started = performance.now();
  const { ok, files } = await verifyBackup(place.context, file, {});
  assert.deepEqual([ok, files], [true, 100_000]);
  assert.ok(performance.now() - started < 15_000);
});

test('a size that a directory declares is no data', { timeout: 10_000 }, async () => {
  using place = placeWith({});
  const file = `${place.path}/old.tar`;
  fs.writeFileSync(
    file,
    rawTar([
      { name: 'old/', flag: '5', size: 4096 },
      { name: 'old/a.txt', data: 'a' },
    ]),
  );
  const result = await restoreBackup(place.context, file, {}, {});
  assert.deepEqual([result.restored, result.failed], [1, []]);
});

test('times from outside all calendars do not stop a restore', async () => {
  using place = placeWith({});
  const file = writeRawTar(`${place.path}/odd.tar`, [
    { name: 'a', data: 'a', mtime: Buffer.from('807fffffffffffffffffffff', 'hex') },
    { name: 'b', data: 'b', mtime: Buffer.from('zzzzzzzzzzz\0') },
    { name: 'c', data: 'c', mode: Buffer.from('zzzzzzz\0') },
  ]);
  const result = await restoreBackup(place.context, file, {}, {});
  assert.deepEqual([result.restored, result.failed], [3, []]);
});
