import { HoldfastError } from '../engine/errors.ts';
import { atlas } from './atlas/profile.ts';
import { customProfile } from './custom/profile.ts';
import { readCustomProfile } from './custom/read.ts';
import { digitalArticle } from './digital-article/profile.ts';
import { doco } from './doco/profile.ts';
import { generic } from './generic.ts';
import type { Profile, ProfileView } from './profile.ts';
import { uploadsJson } from './uploads-json/profile.ts';
import { webviz } from './webviz/profile.ts';

/**
 * Every application that Holdfast knows. Detection asks them in this order; Atlas, which is also looked for in the home
 * directory, comes after those that only the workspace speaks for, and the generic one takes what is left.
 */
export const profiles: readonly Profile[] = [digitalArticle, doco, uploadsJson, webviz, atlas, generic];

/**
 * The profiles that can be chosen in a workspace: the one that it brings itself in `holdfast.profile.json`, then ours.
 *
 * @param trusted whether what the workspace brings counts
 * @throws INVALID_CONFIG when its own profile cannot be understood
 */
function profilesOf(view: ProfileView, trusted: boolean): readonly Profile[] {
  const custom = trusted ? readCustomProfile(view) : undefined;
  return custom ? [customProfile(custom), ...profiles] : profiles;
}

/** @throws INVALID_CONFIG for an unknown id, listing the known ones */
export function profileById(id: string, view: ProfileView, trusted: boolean): Profile {
  const known = profilesOf(view, trusted);
  const found = known.find(profile => profile.id === id);
  if (found) return found;
  throw new HoldfastError('INVALID_CONFIG', `There is no profile "${id}".`, {
    hint: `Known profiles: ${known.map(profile => profile.id).join(', ')}.`,
    details: { profiles: known.map(profile => profile.id) },
  });
}

/**
 * The profiles of the applications that the workspace looks like, the likeliest first; at least the generic one. The
 * view's root is not known yet: it is the workspace.
 */
export function matchingProfiles(view: ProfileView, trusted: boolean): [Profile, ...Profile[]] {
  const [first = generic, ...others] = profilesOf(view, trusted).filter(
    profile => profile !== generic && profile.detect(view),
  );
  return [first, ...others];
}
