import { createHash } from 'node:crypto';

/** With the SHA-256 of all bytes behind them, as indexes, caches and bundles end. */
export function sealed(body: Uint8Array): Buffer {
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}
