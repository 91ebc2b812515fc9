import { HoldfastError } from '../engine/errors.ts';
import { digitalArticle } from './digital-article/profile.ts';
import { generic } from './generic.ts';
import type { Profile, ProfileView } from './profile.ts';

/** Every application that Holdfast knows. Detection asks them in this order; the generic one takes what is left. */
export const profiles: readonly Profile[] = [digitalArticle, generic];

/** @throws INVALID_CONFIG for an unknown id, listing the known ones */
export function profileById(id: string): Profile {
  const found = profiles.find(profile => profile.id === id);
  if (found) return found;
  throw new HoldfastError('INVALID_CONFIG', `There is no profile "${id}".`, {
    hint: `Known profiles: ${profiles.map(profile => profile.id).join(', ')}.`,
    details: { profiles: profiles.map(profile => profile.id) },
  });
}

/** The profile of the application that the workspace looks like. The view's root is not known yet: it is the workspace. */
export function detectProfile(view: ProfileView): Profile {
  return profiles.find(profile => profile.detect(view)) ?? generic;
}
