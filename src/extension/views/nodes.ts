import type * as z from 'zod';
import type { BrokenRecord } from '../../protocol/snapshots.ts';
import { Workspace } from '../workspace.ts';
import type { BackupNode } from './backups/nodes.ts';
import type { MigrationNode } from './migration/nodes.ts';
import type { SessionNode } from './sessions/nodes.ts';
import type { SnapshotsNode } from './snapshots/nodes.ts';

/** A workspace folder, where there is more than one. */
export interface FolderNode {
  readonly kind: 'folder';
  readonly workspace: Workspace;
}

/** A line that says why there is nothing to show below a folder. */
export interface NoticeNode {
  readonly kind: 'notice';
  readonly workspace: Workspace;
  readonly text: string;
  readonly icon: string;
  readonly command?: 'holdfast.root.show' | 'holdfast.root.init' | 'holdfast.log.show';
}

/** A record that cannot be read: shown, never hidden and never removed. */
export interface BrokenNode {
  readonly kind: 'broken';
  readonly workspace: Workspace;
  readonly record: z.infer<typeof BrokenRecord>;
}

/** The rest of a long list. */
export interface MoreNode {
  readonly kind: 'more';
  readonly workspace: Workspace;
  readonly remaining: number;
}

export type SharedNode = FolderNode | NoticeNode | BrokenNode | MoreNode;
export type AnyNode = SharedNode | SnapshotsNode | SessionNode | BackupNode | MigrationNode;

/** Whether a command's argument is a row of one of the trees. */
export function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    'workspace' in value &&
    value.workspace instanceof Workspace
  );
}
