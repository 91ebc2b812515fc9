import * as z from 'zod';
import { Bytes, Count } from './common.ts';

export const VerifyVault = z.object({
  ok: z.boolean(),
  objects: Count,
  bytesRead: Bytes,
  damaged: z.array(
    z.object({ object: z.string(), reason: z.string(), snapshots: z.array(z.string()), paths: z.array(z.string()) }),
  ),
  repairable: Count,
});
export type VerifyVault = z.infer<typeof VerifyVault>;

export const VaultStats = z.object({
  format: z.number().int(),
  packs: Count,
  objects: Count,
  bytes: Bytes,
  snapshots: Count,
  rawBytes: Bytes,
});
export type VaultStats = z.infer<typeof VaultStats>;
