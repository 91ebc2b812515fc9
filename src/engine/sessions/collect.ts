import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import path from 'node:path';
import type { SessionFacts, SessionLocation } from '../../profiles/profile.ts';
import type { Session } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { profileView } from '../profile-view.ts';
import { shownPath } from '../root/shown-path.ts';

/** A session and the file it was read from (absolute). */
export interface LocatedSession {
  session: Session;
  file: string;
}

/** All sessions of the profile. One that cannot be read is there too, with the reason, and its bytes are kept. */
export function collectSessions(context: Context): LocatedSession[] {
  return context.profile
    .sessionLocations(profileView(context))
    .map(location => collectOne(context, location))
    .filter(located => located !== undefined);
}

function collectOne(context: Context, location: SessionLocation): LocatedSession | undefined {
  const { ports, root, profile } = context;
  const file = location.legacy ? location.path : path.join(root, location.path);
  let stats: Stats;
  let bytes: Buffer = Buffer.alloc(0);
  let facts: SessionFacts | undefined;
  let broken: string | undefined;
  try {
    stats = ports.fs.lstatSync(systemPath(file));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  if (!stats.isFile()) broken = 'It is not a regular file.';
  else {
    try {
      bytes = ports.fs.readFileSync(systemPath(file));
      facts = profile.readSession(location.path, bytes);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      const code = systemCode(error);
      broken = code ? `It cannot be read (${code}).` : error instanceof Error ? error.message : String(error);
    }
  }
  const name = path.basename(file);
  const changed = stats.mtime.toISOString();
  const session: Session = {
    id: facts?.id ?? path.basename(name, path.extname(name)),
    title: facts?.title ?? name,
    description: facts?.description ?? '',
    owner: facts?.owner ?? '',
    template: null,
    // Read-only for now: what the application writes is the one version there is.
    version: 1,
    contentHash: createHash('sha256').update(bytes).digest('hex'),
    createdAt: facts?.createdAt ?? changed,
    updatedAt: facts?.updatedAt ?? changed,
    bytes: stats.size,
    location: location.legacy ? shownPath(context.workspace, file) : location.path,
    legacy: location.legacy,
    unsaved: false,
  };
  return { session: broken === undefined ? session : { ...session, broken }, file };
}

/** @throws UNREADABLE when the bytes cannot be had */
export function sessionBytes({ ports }: Context, { session, file }: LocatedSession): Buffer {
  try {
    return ports.fs.readFileSync(systemPath(file));
  } catch (error) {
    throw new HoldfastError('UNREADABLE', `The session "${session.title}" cannot be read (${systemCode(error)}).`, {
      path: file,
      hint: 'Check the owner and mode of this file.',
      cause: error,
    });
  }
}
