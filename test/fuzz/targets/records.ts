import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { listLog } from '../../../src/engine/audit/log.ts';
import { createBackup } from '../../../src/engine/backups/create.ts';
import { listBackups } from '../../../src/engine/backups/list.ts';
import { type Context, vaultPath } from '../../../src/engine/context.ts';
import { listMigrations } from '../../../src/engine/migrations/list.ts';
import { findPlan } from '../../../src/engine/migrations/records.ts';
import { showMigration } from '../../../src/engine/migrations/show.ts';
import { sessionHistory } from '../../../src/engine/sessions/history.ts';
import { listSessions } from '../../../src/engine/sessions/list.ts';
import { listSnapshots } from '../../../src/engine/snapshots/list.ts';
import { eachTrashed, findSnapshot } from '../../../src/engine/snapshots/manifest.ts';
import { listVisits } from '../../../src/engine/snapshots/visits/list.ts';
import { addMarks, readMarks } from '../../../src/engine/vault/marks.ts';
import { readVaultRecord } from '../../../src/engine/vault/vault-record.ts';
import type { Random } from '../../crash/random.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';
import { firstFile, makeWorld } from '../world.ts';

interface World {
  context: Context;
  snapshot: string;
  session: string;
}

/** A record of one kind, where it lies, read by what reads it there. */
function recordTarget(
  name: string,
  fileOf: (world: World) => string | Promise<string>,
  read: (world: World, file: string) => unknown,
): Target {
  return {
    name,
    setUp: async place => {
      const world = await makeWorld(place);
      const file = await fileOf(world);
      const sample = fs.readFileSync(file);
      return {
        input: random => mutatedRecord(random, sample),
        parse: async bytes => {
          fs.writeFileSync(file, bytes);
          await read(world, file);
        },
      };
    },
  };
}

/** Mostly with a digest that fits: without, nothing behind the digest would ever be tried. */
export function mutatedRecord(random: Random, sample: Buffer): Buffer {
  const kind = random.below(10);
  if (kind < 2) return mutated(random, sample);
  const head = sample.subarray(0, -78);
  if (kind < 4) return resealed(mutated(random, head));
  return resealed(Buffer.from(mutatedJson(random, JSON.parse(`${head}}`)).slice(0, -1)));
}

export function resealed(head: Buffer): Buffer {
  return Buffer.concat([head, Buffer.from(`,"digest":"${createHash('sha256').update(head).digest('hex')}"}\n`)]);
}

const inVault =
  (...parts: string[]) =>
  ({ context }: World) =>
    firstFile(vaultPath(context, ...parts));

export const records: Target[] = [
  recordTarget(
    'vault',
    ({ context }) => vaultPath(context, 'vault.json'),
    ({ context }) => readVaultRecord(context),
  ),
  recordTarget('manifest', inVault('snapshots'), ({ context }, file) => {
    listSnapshots(context, { filter: 'x', sort: 'title' });
    findSnapshot(context, path.basename(file, '.json'));
  }),
  recordTarget('labels', inVault('labels'), ({ context, snapshot }) => {
    listSnapshots(context, { tag: 'x' });
    findSnapshot(context, snapshot);
  }),
  recordTarget('trash', inVault('trash'), ({ context }) => [...eachTrashed(context)]),
  recordTarget(
    'mark',
    ({ context }) => {
      addMarks(context, ['ab'.repeat(32)], 0);
      return firstFile(vaultPath(context, 'marks'));
    },
    ({ context }) => readMarks(context),
  ),
  recordTarget('audit', inVault('audit'), ({ context }) => listLog(context, { limit: 5 })),
  recordTarget('version', inVault('sessions'), ({ context, session }) => sessionHistory(context, session)),
  recordTarget(
    'words',
    ({ context, session }) => path.join(context.root, 'sessions', session, 'session.json'),
    ({ context }) => listSessions(context, {}),
  ),
  recordTarget('visit', inVault('visits'), ({ context }) => listVisits(context, { sort: 'title' })),
  recordTarget('plan', inVault('plans'), ({ context }, file) => findPlan(context, path.basename(file, '.json'))),
  recordTarget('migration', inVault('migrations'), ({ context }, file) => {
    listMigrations(context);
    return showMigration(context, path.basename(file, '.json'));
  }),
  recordTarget(
    'backup-record',
    async ({ context }) => {
      const { file } = await createBackup(context, { to: path.join(context.workspace, '../backups') }, {});
      return `${file}.json`;
    },
    ({ context }) => listBackups(context),
  ),
  recordTarget(
    'backup-directories',
    async ({ context }) => {
      await createBackup(context, { to: path.join(context.workspace, '../backups') }, {});
      return vaultPath(context, 'backups.json');
    },
    ({ context }) => listBackups(context),
  ),
];
