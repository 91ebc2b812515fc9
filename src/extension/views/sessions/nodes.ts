import type { RecoveryBuffer, Session } from '../../../protocol/sessions.ts';
import type { Workspace } from '../../workspace.ts';

export interface SessionRow {
  readonly kind: 'session';
  readonly workspace: Workspace;
  readonly session: Session;
}

/** Sessions of one sort, where there are several. */
export interface SessionGroupNode {
  readonly kind: 'session-group';
  readonly workspace: Workspace;
  readonly group: 'root' | 'legacy' | 'broken';
  readonly sessions: readonly Session[];
}

/** The edits that a window which is gone left behind. */
export interface UnsavedGroupNode {
  readonly kind: 'unsaved-group';
  readonly workspace: Workspace;
}

export interface UnsavedNode {
  readonly kind: 'unsaved';
  readonly workspace: Workspace;
  readonly buffer: RecoveryBuffer;
}

export type SessionNode = SessionRow | SessionGroupNode | UnsavedGroupNode | UnsavedNode;
