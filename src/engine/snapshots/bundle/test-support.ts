import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import { decodeRecord, encodeRecord } from '../../record.ts';
import { encodeBlockHeader, rawBlock } from '../../vault/pack.ts';
import { encodeTree, type TreeEntry } from '../../vault/tree.ts';
import { type Bundle, bundleKind, bundleMagic, digestLength, recordStart } from './format.ts';

/** A bundle as bytes, so that tests can make any: what is hostile is sealed as well as what is not. */
export function bundleBytes(snapshot: Snapshot, objects: readonly Buffer[]): Buffer {
  return bundleOf({ snapshot }, objects);
}

export function bundleOf(bundle: Bundle, objects: readonly Buffer[]): Buffer {
  const record = encodeRecord(bundleKind, bundle, new Date(0));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(record.length);
  const blocks = objects.map(object => {
    const raw = rawBlock([object]);
    return Buffer.concat([
      encodeBlockHeader({ codec: 0, storedLength: raw.length, rawLength: raw.length, count: 1 }),
      raw,
    ]);
  });
  return sealed(Buffer.concat([bundleMagic, length, record, ...blocks]));
}

/** With the digest that fits what comes before it. */
export function sealed(body: Buffer): Buffer {
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

export function bodyOf(bundle: Buffer): Buffer {
  return bundle.subarray(0, -digestLength);
}

export function snapshotIn(file: string): Snapshot {
  const record = recordIn(file);
  assert.ok('snapshot' in record);
  return record.snapshot;
}

/** What a bundle says it holds, unchecked. */
export function recordIn(file: string): Bundle {
  const bytes = fs.readFileSync(file);
  const end = recordStart + bytes.readUInt32LE(bundleMagic.length);
  return decodeRecord(bundleKind, bytes.subarray(recordStart, end), file);
}

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

const common = { mode: 0o644, mtime: '0' };
export const fileEntry = (name: string, content: string): TreeEntry => ({
  ...common,
  name,
  type: 'file',
  size: content.length,
  sha256: sha256(content),
});
export const linkEntry = (name: string, target: string): TreeEntry => ({ ...common, name, type: 'link', target });
export const directoryEntry = (name: string, entries: readonly TreeEntry[], files = 0, bytes = 0): TreeEntry => ({
  ...common,
  name,
  type: 'dir',
  tree: sha256(encodeTree(entries)),
  files,
  bytes,
});
