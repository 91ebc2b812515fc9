import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import { createBackup } from '../backups/create.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { deleteSnapshots } from '../snapshots/delete.ts';
import { editSnapshot } from '../snapshots/edit.ts';
import { listFiles, readSnapshotFile } from '../snapshots/files.ts';
import { recordVisit } from '../snapshots/visits/record-visit.ts';
import { addMarks } from './marks.ts';
import { objectId } from './object-id.ts';
import { repairVault } from './repair.ts';
import { verifyVault } from './verify.ts';

/** Every kind of file that a vault has; the backup at the end has all but what making it wrote. */
const place = placeWith(
  {
    a: 'one',
    docs: { b: 'y'.repeat(5000), deep: { c: 'z' } },
    big: Buffer.alloc(2_500_000, 'big and small '),
    empty: '',
  },
  { env: {} },
);
after(() => place[Symbol.dispose]());
const env = { HOLDFAST_BACKUP_DIR: `${place.path}/backups` };
const fresh = () => place.open({ env });
const first = await place.snapshot();
fs.writeFileSync(`${place.root}/a`, 'two');
fs.writeFileSync(`${place.root}/docs/d`, 'only in the second');
const second = await place.snapshot();
const third = await place.snapshot();
await deleteSnapshots(fresh(), [third.id]);
editSnapshot(fresh(), first.id, { title: 'edited' });
await recordVisit(fresh(), first);
addMarks(fresh(), [objectId(Buffer.from('a pack that is gone'))], 0);
await createBackup(fresh(), { withVault: true }, {});

const vault = `${place.root}/.holdfast`;
const pristine = `${place.path}/pristine`;
fs.cpSync(vault, pristine, { recursive: true });

const passing = ['locks', 'tmp', 'placement'];
const files = fs
  .readdirSync(vault, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => `${entry.parentPath}/${entry.name}`.slice(vault.length + 1))
  .filter(file => !passing.includes(file.split('/')[0]!))
  .sort();
const lastEntry = files.filter(file => file.startsWith('audit/')).at(-1)!;
const isCache = (file: string) => /^(index|cache)\//.test(file);
/** Nobody can tell that these were ever there; what they said is not needed to restore anything. */
const isMissed = (file: string) => !/^(labels|marks|trash|visits)\//.test(file) && file !== lastEntry;

async function isReadable(context: Context, id: string): Promise<boolean> {
  try {
    for (const { path, type, sha256 } of await listFiles(context, id)) {
      if (type === 'file' && objectId(await readSnapshotFile(context, id, path)) !== sha256) return false;
    }
    return true;
  } catch (error) {
    if (HoldfastError.is(error)) return false;
    throw error;
  }
}

function resetVault(): void {
  fs.rmSync(vault, { recursive: true });
  fs.cpSync(pristine, vault, { recursive: true });
}

/** Each of the two is whole, but not what its name says. */
function exchange(one: string, other: string): void {
  fs.renameSync(one, `${one}.away`);
  fs.renameSync(other, one);
  fs.renameSync(`${one}.away`, other);
}

type Damage = readonly [what: string, make: (file: string) => void];

/** A few places of each file, other ones at each run; the number in the test's name finds them again. */
const seed = Number(process.env.HOLDFAST_FUZZ_SEED ?? Date.now() % 1_000_000);
function damagesOf(file: string): Damage[] {
  const { size } = fs.statSync(`${pristine}/${file}`);
  const at = (part: number) => (seed * 7919 + part * 104_729 + file.length * 31) % Math.max(1, size);
  const flips = Array.from(
    { length: file.startsWith('packs/') ? 4 : 2 },
    (_, part): Damage => [`bit ${part} of byte ${at(part)} flipped`, one => flipBit(one, at(part), part)],
  );
  return [
    ...flips,
    [
      `cut to ${at(5)} bytes`,
      one => {
        fs.chmodSync(one, 0o600);
        fs.truncateSync(one, at(5));
      },
    ],
    [
      'filled with zeros',
      one => {
        fs.chmodSync(one, 0o600);
        fs.writeFileSync(one, Buffer.alloc(size));
      },
    ],
    // Of the last entry nobody has a copy: with it in the place of another, two would be missing.
    ...(file === lastEntry ? [] : files)
      .filter(other => other !== file && path.dirname(other) === path.dirname(file) && /pack$|json$/.test(other))
      .slice(0, 1)
      .map((other): Damage => [`exchanged for ${other}`, one => exchange(one, `${vault}/${other}`)]),
    ['deleted', one => fs.rmSync(one)],
  ];
}

test('the vault has every kind of file', () => {
  const kinds = new Set(files.map(file => file.split('/')[0]));
  for (const kind of [
    'packs',
    'index',
    'cache',
    'snapshots',
    'labels',
    'marks',
    'trash',
    'audit',
    'visits',
    'vault.json',
    '.gitignore',
  ])
    assert.ok(kinds.has(kind), kind);
});

for (const file of files) {
  test(`damage to ${file} is noticed, harms only what is named, and is repaired (seed ${seed})`, async () => {
    for (const [what, damage] of damagesOf(file)) {
      resetVault();
      damage(`${vault}/${file}`);
      const where = `${what}, seed ${seed}`;
      const { ok, damaged, repairable } = await verifyVault(fresh(), { readData: true }, {});
      const noticed = !isCache(file) && (what !== 'deleted' || isMissed(file));
      assert.equal(ok, !noticed, where);
      for (const { id } of [first, second]) {
        const named = damaged.some(({ snapshots }) => snapshots.includes(id));
        assert.ok(named || (await isReadable(fresh(), id)), `${where}: ${id} is not named and cannot be restored`);
      }
      const result = await repairVault(fresh(), {});
      const lost = result.lost.map(({ object }) => object);
      assert.deepEqual(lost, noticed && file === lastEntry ? [file] : [], where);
      assert.equal(repairable, damaged.length - lost.length, where);
      if (lost.length > 0) continue;
      assert.equal((await verifyVault(fresh(), { readData: true }, {})).ok, true, where);
      for (const { id } of [first, second]) assert.ok(await isReadable(fresh(), id), where);
    }
  });
}
