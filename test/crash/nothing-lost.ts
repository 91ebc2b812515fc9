import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryName } from '../../src/engine/durable.ts';
import { listSnapshots } from '../../src/engine/snapshots/list.ts';
import { walkTree } from '../../src/engine/snapshots/walk-tree.ts';
import { ObjectStore } from '../../src/engine/vault/object-store.ts';
import { type ReadEntry, readTree } from '../fixtures/tree.ts';
import { type Found, type LegacyWorld, openWorld, stateOf } from './legacy-world.ts';

/**
 * Whatever was there before is somewhere still: outside the root at its place, or through a link that leads to it in the
 * root; in the root at its place, or where the vault keeps what was moved away or saved.
 */
export async function assertNothingLost(world: LegacyWorld, before: Found): Promise<void> {
  const now = stateOf(world);
  const root = `${world.root}/`;
  const missing = Object.entries(before).filter(
    ([at, entry]) => entry.type !== 'dir' && contentOf(now[at]) !== contentOf(entry),
  );
  if (missing.length === 0) return;
  const kept = await keptInVault(world);
  for (const [at, entry] of missing) {
    const shown = `${at}, ${JSON.stringify(entry)}, is ${JSON.stringify(now[at])} now`;
    if (at.startsWith(root)) assert.ok(kept.has(contentOf(entry)), `lost from the root: ${shown}`);
    else assert.equal(contentThrough(world, now, at), contentOf(entry), `lost from its old place: ${shown}`);
  }
}

function contentOf(entry: ReadEntry | undefined): string {
  if (entry?.type === 'file') return `file ${entry.sha256}`;
  return entry?.type === 'link' ? `link ${entry.target}` : (entry?.type ?? 'nothing');
}

/**
 * Of what an old place leads to by a link into the root, its own or one of a directory above it; or, where such a directory
 * is missing for the moment, of what lies aside.
 */
function contentThrough(world: LegacyWorld, now: Found, at: string): string {
  const parts = at.split('/');
  const found: string[] = [];
  for (const end of parts.keys()) {
    const above = parts.slice(0, end).join('/');
    const [place, rest] = [[above, parts[end]!].filter(Boolean).join('/'), parts.slice(end + 1)];
    const entry = now[place];
    if (entry?.type === 'link') {
      const target = path.relative(world.base, path.resolve(world.base, above, entry.target));
      if (`${target}/`.startsWith(`${world.root}/`)) return contentOf(now[[target, ...rest].join('/')]);
    }
    if (entry || rest.length === 0) continue;
    const asides = Object.keys(now).filter(one => path.posix.dirname(one) === (above || '.'));
    for (const aside of asides.filter(one => temporaryName.test(path.posix.basename(one)))) {
      found.push(contentOf(now[[aside, ...rest].join('/')]));
    }
  }
  return found.find(one => one !== 'nothing') ?? 'nothing';
}

/** Of everything that was moved aside or is in a snapshot. */
async function keptInVault(world: LegacyWorld): Promise<Set<string>> {
  const context = openWorld(world);
  const kept = new Set<string>();
  const displaced = `${context.root}/.holdfast/placement/displaced`;
  if (fs.existsSync(displaced)) for (const entry of Object.values(readTree(displaced))) kept.add(contentOf(entry));
  const store = new ObjectStore(context);
  try {
    for (const { tree } of listSnapshots(context, { limit: 100 }).snapshots) {
      for (const { entry } of walkTree(store, tree)) {
        if (entry.type === 'link') kept.add(`link ${entry.target}`);
        if (entry.type !== 'file') continue;
        for (const chunk of entry.chunks ?? (entry.size === 0 ? [] : [entry.sha256])) store.get(chunk);
        kept.add(`file ${entry.sha256}`);
      }
    }
  } finally {
    await store.close();
  }
  return kept;
}
