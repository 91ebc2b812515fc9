import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../test/fixtures/tree.ts';
import { nameFromBytes, systemPath } from './names.ts';
import { readNames, specialKind } from './read-directory.ts';

test('names come sorted by UTF-16 code units, whatever order the system has', () => {
  using place = temporaryDirectory();
  const names = ['b', 'a', 'B', 'ä', '\u{1f600}', '\uff5e', '10', '9', '.hidden', '__proto__'];
  for (const name of names) fs.writeFileSync(`${place.path}/${name}`, '');
  assert.deepEqual(readNames(fs, place.path), [...names].sort());
  // Code units, not code points: the emoji begins with a surrogate and so comes first.
  assert.ok(readNames(fs, place.path).indexOf('\u{1f600}') < readNames(fs, place.path).indexOf('\uff5e'));
});

test('every name of bytes is read as the name that leads to it', { skip: process.platform !== 'linux' }, () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .filter(
      bytes => !bytes.includes(0) && !bytes.includes(0x2f) && !['.', '..'].includes(String.fromCharCode(...bytes)),
    );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), written => {
      using place = temporaryDirectory();
      const names = new Set(written.map(bytes => nameFromBytes(bytes)));
      for (const one of names) fs.writeFileSync(systemPath(`${place.path}/${one}`), one.toWellFormed());
      assert.deepEqual(readNames(fs, place.path), [...names].sort());
      for (const one of readNames(fs, place.path)) {
        assert.equal(fs.readFileSync(systemPath(`${place.path}/${one}`), 'utf8'), one.toWellFormed());
      }
    }),
    { numRuns: 200 },
  );
});

test('the replacement character may really be in a name', () => {
  using place = temporaryDirectory();
  fs.writeFileSync(`${place.path}/a\ufffd`, '');
  assert.deepEqual(readNames(fs, place.path), ['a\ufffd']);
});

test('a directory whose own name is no UTF-8 is read as well', { skip: process.platform !== 'linux' }, () => {
  using place = temporaryDirectory();
  fs.mkdirSync(systemPath(`${place.path}/d\udcff`));
  fs.writeFileSync(systemPath(`${place.path}/d\udcff/\udcfe`), '');
  assert.deepEqual(readNames(fs, `${place.path}/d\udcff`), ['\udcfe']);
});

test('what cannot be listed is an error, not an empty directory', () => {
  using place = temporaryDirectory();
  fs.writeFileSync(`${place.path}/file`, '');
  assert.throws(() => readNames(fs, `${place.path}/none`), { code: 'ENOENT' });
  assert.throws(() => readNames(fs, `${place.path}/file`), { code: 'ENOTDIR' });
});

test('special files are told apart', { skip: process.platform === 'win32' }, async () => {
  using place = temporaryDirectory();
  const at = (name: string) => `${place.path}/${name}`;
  fs.writeFileSync(at('file'), '');
  fs.symlinkSync('nowhere', at('link'));
  spawnSync('mkfifo', [at('pipe')]);
  const server = net.createServer().listen(at('socket'));
  await new Promise(resolve => server.once('listening', resolve));
  const kind = (path: string) => specialKind(fs.lstatSync(path, { bigint: true }));
  assert.deepEqual([place.path, at('file'), at('link')].map(kind), [undefined, undefined, undefined]);
  assert.deepEqual([at('pipe'), at('socket'), '/dev/null'].map(kind), ['a named pipe', 'a socket', 'a device']);
  await new Promise(resolve => server.close(resolve));
});
