import type { VerifyVault } from '../../../protocol/vault.ts';
import { texts } from '../../messages.ts';

/** What is damaged, as a report: each thing with all that suffers. */
export function damageReport(damaged: VerifyVault['damaged']): string[] {
  const lines = damaged.flatMap(({ object, reason, snapshots, versions = [], paths }) => [
    `- \`${object}\`: ${reason}`,
    ...snapshots.map(id => `  - ${texts.snapshotNamed(id)}`),
    ...[...versions, ...paths].map(one => `  - \`${one}\``),
  ]);
  return [`# ${texts.damaged()}`, '', ...lines, ''];
}
