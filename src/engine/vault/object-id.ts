import { createHash, hash } from 'node:crypto';

/** The id of an object: the SHA-256 of its bytes, as 64 hexadecimal digits. */
export function objectId(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** For bytes that come in parts. */
export function objectHash() {
  return createHash('sha256');
}
