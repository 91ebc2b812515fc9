import type { ProfileView } from '../profiles/profile.ts';
import type { Context } from './context.ts';

/** What the profile's functions may look at. */
export function profileView({ ports, workspace, root }: Context): ProfileView {
  const { fs, platform, env, home } = ports;
  return { fs, platform, env, home, workspace, root };
}
