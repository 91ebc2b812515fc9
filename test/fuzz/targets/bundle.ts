import fs from 'node:fs';
import path from 'node:path';
import { vaultPath } from '../../../src/engine/context.ts';
import { exportSnapshot } from '../../../src/engine/snapshots/bundle/export.ts';
import { recordStart } from '../../../src/engine/snapshots/bundle/format.ts';
import { importSnapshot } from '../../../src/engine/snapshots/bundle/import.ts';
import { bundleBytes, sha256, snapshotIn } from '../../../src/engine/snapshots/bundle/test-support.ts';
import { createSnapshot } from '../../../src/engine/snapshots/create.ts';
import { listFiles } from '../../../src/engine/snapshots/files.ts';
import { restoreSnapshot } from '../../../src/engine/snapshots/restore.ts';
import { encodeTree, type TreeEntry } from '../../../src/engine/vault/tree.ts';
import type { Snapshot } from '../../../src/protocol/snapshots.ts';
import type { Random } from '../../crash/random.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { FuzzPlace, Prepared, Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';
import { sealed } from '../sealed.ts';
import { smallTree } from '../world.ts';
import { mutatedRecord } from './records.ts';

const content = Buffer.from('content');
const common = { mode: 0o644, mtime: '1714979289123456789' };
const entries: TreeEntry[] = [
  { name: 'a', type: 'file', ...common, size: content.length, sha256: sha256(content) },
  { name: 'b', type: 'link', ...common, target: 'a' },
  { name: 'empty', type: 'file', ...common, size: 0, sha256: sha256('') },
];

/** A bundle that fits in every way but for what one of its two trees says. */
function withTree(random: Random, snapshot: Snapshot): Buffer {
  const inner = random.below(2) === 0;
  const changed = (value: unknown) => Buffer.from(mutatedJson(random, { tree: 1, entries: value }));
  const low = inner ? changed(entries) : encodeTree(entries);
  const above: TreeEntry[] = [
    { name: 'd', type: 'dir', ...common, tree: sha256(low), files: 2, bytes: content.length },
    { name: 'up', type: 'link', ...common, target: 'd/b' },
  ];
  const top = inner ? encodeTree(above) : changed(above);
  const facts = { tree: sha256(top), files: 2, bytes: content.length };
  return bundleBytes({ ...snapshot, ...facts }, [top, low, content]);
}

export const bundle: Target = { name: 'bundle', setUp };

async function setUp(place: FuzzPlace): Promise<Prepared> {
  makeTree(place.root, { ...smallTree, long: 'long' });
  const context = place.open();
  const file = path.join(place.directory, 'one.holdfast');
  await createSnapshot(context, { title: 'one' }, {});
  await exportSnapshot(context, 'latest', { file }, {});
  const sample = fs.readFileSync(file);
  const snapshot = snapshotIn(file);
  const growing = ['snapshots', 'packs', 'index', 'audit', 'visits'].map(part => vaultPath(context, part));
  const names = () =>
    growing.flatMap(directory =>
      fs.existsSync(directory) ? fs.readdirSync(directory).map(name => `${directory}/${name}`) : [],
    );
  for (const name of names()) fs.rmSync(name);
  const end = recordStart + sample.readUInt32LE(recordStart - 4);
  const withRecord = (record: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(record.length);
    return Buffer.concat([sample.subarray(0, recordStart - 4), length, record, sample.subarray(end, -32)]);
  };
  return {
    input: random => {
      const kind = random.below(10);
      if (kind < 1) return mutated(random, sample);
      if (kind < 4) return sealed(mutated(random, sample.subarray(0, -32)));
      if (kind < 6) return sealed(withRecord(mutatedRecord(random, sample.subarray(recordStart, end))));
      return withTree(random, snapshot);
    },
    parse: async bytes => {
      fs.writeFileSync(file, bytes);
      try {
        const { snapshot: imported } = await importSnapshot(context, { file }, {});
        await listFiles(context, imported.id);
        await restoreSnapshot(context, imported.id, { to: path.join(place.directory, 'to'), dryRun: true }, {});
        await restoreSnapshot(context, imported.id, { to: path.join(place.directory, 'to') }, {});
      } finally {
        for (const name of names()) fs.rmSync(name);
        fs.rmSync(path.join(place.directory, 'to'), { recursive: true, force: true });
      }
    },
  };
}
