import fs from 'node:fs';
import path from 'node:path';
import { summaryOf } from '../../../src/engine/sessions/content.ts';
import { createSession } from '../../../src/engine/sessions/create.ts';
import { exportSession } from '../../../src/engine/sessions/export.ts';
import { sessionHistory } from '../../../src/engine/sessions/history.ts';
import { importSession } from '../../../src/engine/sessions/import.ts';
import { updateSession } from '../../../src/engine/sessions/update.ts';
import { readVersionFile } from '../../../src/engine/sessions/version-content.ts';
import type { StoredVersion } from '../../../src/engine/sessions/versions.ts';
import { recordStart } from '../../../src/engine/snapshots/bundle/format.ts';
import { bundleOf, recordIn, sha256 } from '../../../src/engine/snapshots/bundle/test-support.ts';
import { encodeTree, type TreeEntry } from '../../../src/engine/vault/tree.ts';
import type { Random } from '../../crash/random.ts';
import type { FuzzPlace, Prepared, Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';
import { sealed } from '../sealed.ts';
import { mutatedRecord } from './records.ts';

const content = Buffer.from('{"a":1}');
const common = { mode: 0o644, mtime: '1714979289123456789' };
const entries: TreeEntry[] = [
  { name: 'a.json', type: 'file', ...common, size: content.length, sha256: sha256(content) },
  { name: 'empty', type: 'file', ...common, size: 0, sha256: sha256('') },
  { name: 'to', type: 'link', ...common, target: 'a.json' },
];

/** A tree that is not what it should be, with the sums and the hash that fit, where it has any. */
function withTree(random: Random): { objects: Buffer[]; facts: Partial<StoredVersion> } {
  const low = encodeTree(entries);
  const above: TreeEntry[] = [
    { name: 'd', type: 'dir', ...common, tree: sha256(low), files: 2, bytes: content.length },
    entries[1]!,
  ];
  const top = Buffer.from(mutatedJson(random, { tree: 1, entries: random.below(2) === 0 ? above : entries }));
  const objects = [top, low, content];
  const get = (id: string) => objects.find(object => sha256(object) === id) ?? Buffer.alloc(0);
  try {
    return { objects, facts: summaryOf({ get }, sha256(top)) };
  } catch {
    return { objects, facts: { tree: sha256(top) } };
  }
}

export const sessionBundle: Target = { name: 'session-bundle', setUp };

async function setUp(place: FuzzPlace): Promise<Prepared> {
  const context = place.open();
  const file = path.join(place.directory, 'one.holdfast');
  const { id } = await createSession(context, { title: 'One' }, {}, { bytes: Buffer.from('{"one":1}') });
  await updateSession(context, id, { bytes: Buffer.from('{"one":2}') }, 1, {});
  await exportSession(context, id, { file }, {});
  const sample = fs.readFileSync(file);
  const record = recordIn(file);
  if (!('session' in record)) throw new Error('This is no session.');
  const { session } = record;
  const end = recordStart + sample.readUInt32LE(recordStart - 4);
  const withRecord = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([sample.subarray(0, recordStart - 4), length, bytes, sample.subarray(end, -32)]);
  };
  const empty = () => {
    if (fs.readdirSync(context.root).length === 0) return;
    fs.rmSync(context.root, { recursive: true });
    fs.mkdirSync(context.root);
  };
  empty();
  return {
    input: random => {
      const kind = random.below(10);
      if (kind < 1) return mutated(random, sample);
      if (kind < 3) return sealed(mutated(random, sample.subarray(0, -32)));
      if (kind < 7) return sealed(withRecord(mutatedRecord(random, sample.subarray(recordStart, end))));
      const { objects, facts } = withTree(random);
      return bundleOf({ session: { ...session, versions: [{ ...session.versions[0]!, ...facts }] } }, objects);
    },
    parse: async (bytes, random) => {
      fs.writeFileSync(file, bytes);
      try {
        const { session: imported } = await importSession(context, { file, asNew: random.below(2) === 0 }, {});
        const { versions } = await sessionHistory(context, imported.id);
        for (const { version } of versions) await readVersionFile(context, imported.id, version);
      } finally {
        empty();
      }
    },
  };
}
