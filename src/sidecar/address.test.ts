import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListenAddress } from './address.ts';
import { guard } from './auth.ts';

test('where to listen, as people write it', () => {
  const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });
  assert.deepEqual(parseListenAddress('8080'), tcp('127.0.0.1', 8080));
  assert.deepEqual(parseListenAddress('0.0.0.0:0'), tcp('0.0.0.0', 0));
  assert.deepEqual(parseListenAddress('localhost:80'), tcp('localhost', 80));
  assert.deepEqual(parseListenAddress('[::1]:80'), tcp('::1', 80));
  assert.deepEqual(parseListenAddress('/run/holdfast'), { kind: 'socket', path: '/run/holdfast' });
  assert.deepEqual(parseListenAddress('unix:here'), { kind: 'socket', path: 'here' });
  assert.deepEqual(parseListenAddress('\\\\.\\pipe\\x'), { kind: 'socket', path: '\\\\.\\pipe\\x' });
  for (const bad of ['', 'host', 'host:', ':80', '99999', '::1:80', 'unix:', `/${'x'.repeat(104)}`]) {
    assert.throws(() => parseListenAddress(bad), { code: 'USAGE' }, bad);
  }
});

test('which names a server goes by', () => {
  const status = (listen: string, host: string) =>
    guard(
      'secret',
      parseListenAddress(listen),
    )(new Request('http://x/v1', { headers: { Host: host, Authorization: 'Bearer secret' } }))?.status;
  for (const own of ['localhost:80', '127.0.0.1', '[::1]:80', 'LOCALHOST']) assert.equal(status('80', own), undefined);
  for (const other of ['evil.example', '192.168.0.1:80', '127.0.0.1.evil.example', '']) {
    assert.equal(status('80', other), 421, other);
  }
  assert.equal(status('0.0.0.0:80', 'holdfast.internal'), undefined);
  assert.equal(status('box.example:80', 'box.example:80'), undefined);
  assert.equal(status('/run/holdfast', 'whatever'), undefined);
});
