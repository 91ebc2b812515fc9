import type { Command } from 'commander';
import type { RepairVault, VerifyVault } from '../protocol/vault.ts';
import { open, type Run } from './call.ts';
import { addVerb } from './command.ts';
import { count, number, type Style } from './format.ts';
import { printable } from './printable.ts';

const sources: Record<RepairVault['repaired'][number]['from'], string> = {
  root: 'from the root',
  pack: 'from another pack',
  backup: 'from a backup',
  vault: 'made anew',
};

function repairLines(style: Style, { repaired, lost, quarantined = [] }: RepairVault): string[] {
  if (repaired.length === 0 && lost.length === 0) return [`${style.good('The vault is whole:')} nothing to repair.`];
  return [
    ...(repaired.length === 0
      ? []
      : [
          style.good(`Repaired (${number(repaired.length)}):`),
          ...repaired.map(
            ({ object, from, path }) =>
              `  ${printable(object)}  ${style.dim(`— ${sources[from]}${path === undefined ? '' : `: ${printable(path)}`}`)}`,
          ),
        ]),
    ...(quarantined.length === 0
      ? []
      : [`Put aside in the vault's directory quarantine: ${count(quarantined.length, 'damaged file')}.`]),
    ...(lost.length === 0
      ? ['The vault is whole again.']
      : [
          `${style.bad(`Still lost (${count(lost.length, 'object')}):`)} neither the root nor a backup has these bytes.`,
          ...damagedLines(style, lost),
        ]),
  ];
}

/** Each damaged thing with all that suffers. */
export function damagedLines(style: Style, damaged: VerifyVault['damaged']): string[] {
  return damaged.flatMap(({ object, reason, snapshots, paths, versions = [] }) => [
    `  ${printable(object)}  — ${printable(reason)}`,
    ...(snapshots.length === 0 ? [] : [style.dim(`    in snapshots ${snapshots.map(printable).join(', ')}`)]),
    ...(versions.length === 0 ? [] : [style.dim(`    in sessions ${versions.map(printable).join(', ')}`)]),
    ...paths.map(path => `    ${path === '' ? 'the whole snapshot' : printable(path)}`),
    ...givingUp(object).map(style.dim),
  ]);
}

/** What is left where nothing brings the record of a snapshot back. */
function givingUp(object: string): string[] {
  const id = /^(?:snapshots|labels|trash)\/([a-z2-7]{20})\.json$/.exec(object)?.[1];
  return id === undefined ? [] : [`    if no repair brings it back, to give it up: holdfast snapshot delete ${id}`];
}

export function addRepair(noun: Command, run: Run): void {
  addVerb(noun, 'repair', 'bring back what is damaged, from the root or a backup', [
    ['holdfast vault repair', 'Reads every byte first; what cannot be brought back is listed'],
  ]).action(
    run(async call => {
      const { repairVault } = await import('../engine/vault/repair.ts');
      const result = await repairVault(await open(call), call.work);
      return {
        kind: 'report',
        json: result,
        text: style => repairLines(style, result),
        status: result.ok ? 0 : 5,
      };
    }),
  );
}
