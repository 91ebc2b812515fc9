import { matchingProfiles } from '../../profiles/registry.ts';
import type { RootInfo } from '../../protocol/root.ts';
import { isAbsent } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { profileView } from '../profile-view.ts';
import { readVaultRecord } from '../vault/vault-record.ts';
import { areaInfos } from './areas.ts';
import { type OpenOptions, openContext } from './open.ts';

/**
 * The root and why it is the root. Creates nothing: without a vault `rootId` is null. A root that does not exist yet
 * counts as writable when it can be made.
 *
 * @throws ROOT_UNUSABLE or INVALID_CONFIG with all candidates in `details`
 */
export function showRoot(ports: Ports, options: OpenOptions): RootInfo {
  const context = openContext(ports, options);
  const { root, profile, resolution } = context;
  return {
    root,
    exists: exists(ports, root),
    writable: true,
    rootId: readVaultRecord(context)?.rootId ?? null,
    profile: profile.id,
    matchingProfiles: matchingProfiles(profileView(context), options.trusted ?? true).map(({ id }) => id),
    source: resolution.source,
    candidates: resolution.candidates,
    areas: areaInfos(context),
  };
}

function exists({ fs }: Ports, root: string): boolean {
  try {
    fs.statSync(root);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
