import * as z from 'zod';
import { Bytes, Count } from './common.ts';

export const VerifyVault = z.object({
  ok: z.boolean(),
  objects: Count,
  bytesRead: Bytes,
  damaged: z.array(
    z.object({
      object: z.string(),
      reason: z.string(),
      snapshots: z.array(z.string()),
      paths: z.array(z.string()),
      /** Versions of sessions that suffer: location and number. */
      versions: z.array(z.string()).optional(),
    }),
  ),
  /** How many of `damaged` a repair would bring back. */
  repairable: Count,
});
export type VerifyVault = z.infer<typeof VerifyVault>;

export const RepairVault = z.object({
  ok: z.boolean(),
  repaired: z.array(
    z.object({
      object: z.string(),
      /** The live root (`path`), another copy in the vault (`path`: the pack), a backup (`path`: its file), or made anew. */
      from: z.enum(['root', 'pack', 'backup', 'vault']),
      path: z.string().optional(),
    }),
  ),
  lost: VerifyVault.shape.damaged,
  /** Damaged files that went to `quarantine/`; absent when nothing did, as where all was simply gone. */
  quarantined: z.array(z.string()).optional(),
});
export type RepairVault = z.infer<typeof RepairVault>;

export const VaultStats = z.object({
  format: z.number().int(),
  packs: Count,
  objects: Count,
  bytes: Bytes,
  snapshots: Count,
  rawBytes: Bytes,
});
export type VaultStats = z.infer<typeof VaultStats>;
