import type { RepairVault } from '../../protocol/vault.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { makeDirectory, removeQuietly, writeDurably } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import type { Lock } from '../lock.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { deleting } from './deleting.ts';
import type { IndexEntry } from './index-file.ts';
import { entriesOf } from './index-file.ts';
import { readableMarks } from './marks.ts';
import { readPack } from './pack.ts';
import { PackWriter } from './pack-writer.ts';
import { putAside } from './put-aside.ts';
import { searchSources } from './sources.ts';
import { type Survey, surveyVault } from './survey.ts';
import { withoutSearch } from './verify.ts';

type Repaired = RepairVault['repaired'];

/**
 * Brings back what is damaged or missing, from another pack, the live root or a backup. Nothing is repaired in place: what
 * is good of a damaged pack goes into a new one together with what was found, the new one is read again, and only then
 * the damaged one is moved to `quarantine/`. What comes back may tell of more that is missing, so it looks again until
 * nothing more comes.
 *
 * @throws LOCKED, DISK_FULL, CANCELLED; then nothing is worse than before
 */
export async function repairVault(context: Context, work: Work): Promise<RepairVault> {
  requireRoot(context);
  for (const name of ['locks', 'tmp', 'packs', 'snapshots']) makeDirectory(context.ports, vaultPath(context, name));
  return deleting(context, async lock => {
    const repaired = new Map<string, Repaired[number]>();
    const quarantined = new Set<string>();
    let survey = await surveyVault(context, { readData: true }, work);
    while (survey.damaged.length > 0) {
      const mended = await mend(context, survey, quarantined, lock, work);
      // What a backup has may fit no better than what was there: an entry of the audit trail behind one that was forged.
      if (mended.every(({ object }) => repaired.has(object))) break;
      for (const one of mended) repaired.set(one.object, one);
      survey = await surveyVault(context, { readData: true }, work);
    }
    const lost = survey.damaged.map(withoutSearch);
    for (const { object } of lost) repaired.delete(object);
    if (repaired.size > 0 || lost.length > 0)
      appendLog(context, {
        action: 'vault.repair',
        target: '',
        details: { repaired: repaired.size, lost: lost.length },
      });
    return {
      ok: lost.length === 0,
      repaired: [...repaired.values()],
      lost,
      ...(quarantined.size > 0 ? { quarantined: [...quarantined] } : {}),
    };
  });
}

async function mend(
  context: Context,
  survey: Survey,
  quarantined: Set<string>,
  lock: Lock,
  work: Work,
): Promise<Repaired> {
  const repaired: Repaired = [];
  const records = new Map<string, Buffer>();
  const packs: { name: string; entries: IndexEntry[] }[] = [];
  const kinds = new Map(survey.damaged.map(({ object, kind }) => [object, kind]));
  const marks = readableMarks(context);
  const writer = new PackWriter(
    context,
    (name, entries) => packs.push({ name, entries }),
    name => marks.has(name),
  );
  try {
    await salvage(context, survey, writer, work);
    await searchSources(
      context,
      survey,
      async (object, bytes, from) => {
        repaired.push({ object, ...from });
        const kind = kinds.get(object);
        if (kind === 'record') records.set(object, Buffer.from(bytes));
        else await writer.add(kind === 'tree' ? 'tree' : 'content', object, bytes);
      },
      work,
    );
    await writer.finish();
  } finally {
    await writer.abandon();
  }
  for (const { name, entries } of packs) checkWritten(context, name, entries);
  for (const [record, bytes] of records) {
    lock.check();
    if (putAside(context, record)) quarantined.add(record);
    writeDurably(context.ports, vaultPath(context, record), bytes);
  }
  const written = new Set(packs.map(({ name }) => name));
  for (const pack of survey.salvaged.keys()) {
    lock.check();
    // A pack that came out as it was before the damage has taken the place of the damaged one by its name.
    const file = `packs/${pack}.pack`;
    if (!written.has(pack) && putAside(context, file)) quarantined.add(file);
    removeQuietly(context.ports.fs, vaultPath(context, 'index', `${pack}.idx`));
    repaired.push({
      object: `packs/${pack}.pack`,
      from: 'pack',
      ...(packs[0] ? { path: `packs/${packs[0].name}.pack` } : {}),
    });
  }
  return repaired;
}

/** Copies what can be read of damaged packs, unless a pack without damage has it. */
async function salvage(context: Context, survey: Survey, writer: PackWriter, work: Work): Promise<void> {
  const pace = new Pace(work);
  const copied = new Set<string>();
  for (const [pack, ids] of survey.salvaged) {
    if (ids.size === 0) continue;
    for (const block of readPack(context.ports.fs, vaultPath(context, 'packs', `${pack}.pack`), () => {})) {
      for (const { id, at, length } of entriesOf(block)) {
        if (pace.due()) await pace.breathe({ phase: 'Saving', done: copied.size, total: ids.size, unit: 'items' });
        if (copied.has(id) || survey.good.find(id)) continue;
        copied.add(id);
        await writer.add(survey.trees.has(id) ? 'tree' : 'content', id, block.raw.subarray(at, at + length));
      }
    }
  }
}

/** @throws CORRUPT when the disk did not keep what was just written */
function checkWritten(context: Context, name: string, entries: readonly IndexEntry[]): void {
  const found = new Set<string>();
  for (const block of readPack(context.ports.fs, vaultPath(context, 'packs', `${name}.pack`)))
    for (const { id } of entriesOf(block)) found.add(id);
  if (entries.every(({ id }) => found.has(id))) return;
  throw new HoldfastError('CORRUPT', 'The disk did not keep what was just written.', {
    path: vaultPath(context, 'packs', `${name}.pack`),
    hint: 'Check the disk. The damaged packs are where they were.',
  });
}
