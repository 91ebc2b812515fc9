import { systemTime } from '../../../src/engine/placement/system-time.ts';
import { wantedFrom } from '../../../src/engine/placement/wanted.ts';
import { contentObjects, decodeTree, encodeTree, fileInfo, type TreeEntry } from '../../../src/engine/vault/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';

const digest = (digit: string) => digit.repeat(64);
const common = { mode: 0o644, mtime: '1714979289123456789' };
const sample: TreeEntry[] = [
  { name: 'a\udcff', type: 'file', ...common, size: 3, sha256: digest('a') },
  { name: 'b', type: 'file', ...common, size: 2 ** 21, sha256: digest('b'), chunks: [digest('c'), digest('d')] },
  { name: 'c', type: 'dir', ...common, mtime: '-1', tree: digest('e'), files: 2, bytes: 5 },
  { name: 'd', type: 'link', ...common, target: '../x' },
];

export const tree: Target = {
  name: 'tree',
  setUp: () => ({
    input: random =>
      random.below(3) === 0
        ? mutated(random, encodeTree(sample))
        : Buffer.from(mutatedJson(random, { tree: 1, entries: sample })),
    parse: bytes => {
      for (const entry of decodeTree(bytes)) {
        fileInfo('x', entry);
        systemTime(wantedFrom('x', entry).mtime);
        if (entry.type === 'file') contentObjects(entry);
      }
    },
  }),
};
