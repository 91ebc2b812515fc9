import type { VerifyVault } from '../../protocol/vault.ts';
import type { Context } from '../context.ts';
import type { Work } from '../ports.ts';
import { searchSources } from './sources.ts';
import { type Damaged, surveyVault } from './survey.ts';

/**
 * Checks that every record is whole and every object of every snapshot and session version is there; with `readData`, that
 * every byte of every pack is what it was. What is damaged is named by object, snapshot and path. Changes nothing.
 */
export async function verifyVault(context: Context, options: { readData: boolean }, work: Work): Promise<VerifyVault> {
  const survey = await surveyVault(context, options, work);
  const { objects, bytesRead, damaged } = survey;
  let repairable = 0;
  if (damaged.length > 0) {
    await searchSources(context, survey, () => void repairable++, work);
    // A pack is made good by what it lost: when all else can be, so can it.
    const packs = damaged.filter(({ kind }) => kind === 'pack').length;
    if (repairable === damaged.length - packs) repairable += packs;
  }
  return { ok: damaged.length === 0, objects, bytesRead, damaged: damaged.map(withoutSearch), repairable };
}

/** As it is told: without what only a search needs. */
export function withoutSearch({ kind: _, candidates: __, ...told }: Damaged): VerifyVault['damaged'][number] {
  return told;
}
