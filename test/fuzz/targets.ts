import type { Target } from './fuzz.ts';
import { archive } from './targets/archive.ts';
import { buffer } from './targets/buffer.ts';
import { bundle } from './targets/bundle.ts';
import { scanCache, sessionsCache } from './targets/caches.ts';
import { index } from './targets/index.ts';
import { journal } from './targets/journal.ts';
import { mergedIndex } from './targets/merged-index.ts';
import { pack } from './targets/pack.ts';
import { profile } from './targets/profile.ts';
import { sessionBundle } from './targets/session-bundle.ts';
import { tree } from './targets/tree.ts';

/** Everything but the records that reads bytes which may not be what Holdfast wrote. */
export const targets: readonly Target[] = [
  buffer,
  pack,
  index,
  mergedIndex,
  tree,
  scanCache,
  sessionsCache,
  journal,
  archive,
  bundle,
  sessionBundle,
  profile,
];
