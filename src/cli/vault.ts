import type { Command } from 'commander';
import type { VerifyVault } from '../protocol/vault.ts';
import { open, type Run } from './call.ts';
import { addNoun, addVerb } from './command.ts';
import { bytes, count, facts, number, type Style } from './format.ts';
import { addPrune } from './vault-prune.ts';
import { addRepair, damagedLines } from './vault-repair.ts';

function verifyLines(style: Style, result: VerifyVault, readData: boolean): string[] {
  const read = `${count(result.objects, 'object')}, ${bytes(result.bytesRead)} read`;
  if (result.ok) {
    return [
      `${style.good('The vault is whole:')} ${read}.`,
      ...(readData ? [] : [style.dim('To read every byte: holdfast vault verify --read-data')]),
    ];
  }
  return [
    `${style.bad(`The vault is damaged (${number(result.damaged.length)}):`)} ${read}.`,
    ...damagedLines(style, result.damaged),
    result.repairable > 0
      ? `${number(result.repairable)} of it can be repaired from the root or a backup, with: holdfast vault repair`
      : 'Neither the root nor a backup that is known has any of it.',
    'Whatever is not named here still restores.',
  ];
}

export function addVault(program: Command, run: Run): void {
  const noun = addNoun(program, 'vault', 'what Holdfast itself keeps in the root');

  addVerb(noun, 'verify', 'check that every snapshot can be restored', [
    ['holdfast vault verify', 'Structure: quick'],
    ['holdfast vault verify --read-data', 'Every byte'],
  ])
    .option('--read-data', 'read and check every byte')
    .action(
      run(async (call, options: { readData?: boolean }) => {
        const { verifyVault } = await import('../engine/vault/verify.ts');
        const readData = options.readData ?? false;
        const result = await verifyVault(await open(call), { readData }, call.work);
        return {
          kind: 'data',
          json: result,
          text: style => verifyLines(style, result, readData),
          status: result.ok ? 0 : 5,
        };
      }),
    );

  addPrune(noun, run);
  addRepair(noun, run);

  addVerb(noun, 'stats', 'how large the vault is, and how much it saves', [
    ['holdfast vault stats', 'In a few lines'],
  ]).action(
    run(async call => {
      const { vaultStats } = await import('../engine/vault/stats.ts');
      const stats = await vaultStats(await open(call));
      return {
        kind: 'data',
        json: stats,
        text: style =>
          facts(style, [
            ['Snapshots', number(stats.snapshots)],
            ['Objects', `${number(stats.objects)} in ${count(stats.packs, 'pack')}`],
            ['Stored', bytes(stats.bytes)],
            ['Content', `${bytes(stats.rawBytes)} before compression`],
            ['Format', `version ${stats.format}`],
          ]),
      };
    }),
  );
}
