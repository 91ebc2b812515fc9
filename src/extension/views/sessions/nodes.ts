import type { Session } from '../../../protocol/sessions.ts';
import type { Workspace } from '../../workspace.ts';

export interface SessionNode {
  readonly kind: 'session';
  readonly workspace: Workspace;
  readonly session: Session;
}
