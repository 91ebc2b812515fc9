import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { serveWorkspace } from './test-support.ts';

test('a client that reads nothing before it has sent all is told that it was too much', async t => {
  const { engine, serving, token } = await serveWorkspace(t, { listen: '0' });
  const { id } = await engine.createSession({ title: 'One' }, { bytes: Buffer.from('1') });
  const { hostname, port } = new URL(serving.address);
  for (const [request, type, size] of [
    ['POST /v1/snapshots', 'application/json', 17],
    [`PUT /v1/sessions/${id}/content`, 'application/octet-stream', 65],
  ] as const) {
    const socket = net.connect(Number(port), hostname).pause();
    await once(socket, 'connect');
    const headers = [
      `${request} HTTP/1.1`,
      `Host: ${hostname}`,
      `Authorization: Bearer ${token}`,
      `Content-Type: ${type}`,
      `Content-Length: ${size * 1024 * 1024}`,
      'Connection: close',
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    const part = Buffer.alloc(1024 * 1024, 'x');
    for (let sent = 0; sent < size; sent++)
      await new Promise<void>((resolve, reject) => socket.write(part, error => (error ? reject(error) : resolve())));
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /"code":"CONTENT_TOO_LARGE"/);
  }
});
