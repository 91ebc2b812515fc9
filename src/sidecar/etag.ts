import type { Expected } from '../engine/sessions/change.ts';
import type { Session } from '../protocol/sessions.ts';

/** `"<version>-<the first 16 digits of contentHash>"`: of one version, whatever lies there meanwhile. */
export function versionTag({ version, contentHash }: Pick<Session, 'version' | 'contentHash'>): string {
  return `"${version}-${contentHash.slice(0, 16)}"`;
}

/** Of what lies there now. What some program wrote has no version yet; the tag names the one that it will become. */
export function sessionTag(session: Session): string {
  return versionTag(session.uncaptured ? { ...session, version: session.version + 1 } : session);
}

/**
 * The header `If-Match` (RFC 9110, 13.1.1) as what a change expects. `*` and no header at all: whatever there is. Weak
 * tags never match, nor do those that were not made here.
 */
export function expectedBy(header: string | undefined): Expected | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag = '']) => {
    const [, version, hashStart] = /^(\d{1,15})-([0-9a-f]{16})$/.exec(tag) ?? [];
    return weak || version === undefined || hashStart === undefined ? [] : [{ version: Number(version), hashStart }];
  });
}
