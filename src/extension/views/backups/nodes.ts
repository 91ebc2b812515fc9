import type { Backup } from '../../../protocol/backups.ts';
import type { Workspace } from '../../workspace.ts';

export interface BackupNode {
  readonly kind: 'backup';
  readonly workspace: Workspace;
  readonly backup: Backup;
}
