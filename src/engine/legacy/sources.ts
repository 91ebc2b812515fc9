import type { LegacySource } from '../../profiles/profile.ts';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Context } from '../context.ts';
import { profileView } from '../profile-view.ts';

/**
 * The places where the profile says that state lies outside the root. Those that a migration has replaced by a link into
 * the root are none any more: what they lead to is the root.
 *
 * @param shallow only names, sizes and times are of interest: of entries, upgrades may be missing
 */
export function legacySources(context: Context, { shallow = false } = {}): LegacySource[] {
  const view = profileView(context);
  return context.profile
    .legacySources(shallow ? { ...view, shallow } : view)
    .filter(source => !leadsIntoRoot(view, source.path));
}
