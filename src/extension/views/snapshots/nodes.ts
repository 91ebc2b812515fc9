import type { FileInfo } from '../../../protocol/common.ts';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import type { Workspace } from '../../workspace.ts';

/** Snapshots of one period. */
export interface GroupNode {
  readonly kind: 'group';
  readonly workspace: Workspace;
  readonly key: string;
  readonly title: string;
  readonly snapshots: readonly Snapshot[];
}

export interface SnapshotNode {
  readonly kind: 'snapshot';
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
}

/** A file, directory or link in a snapshot. */
export interface EntryNode {
  readonly kind: 'entry';
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
  readonly entry: FileInfo;
}

export type SnapshotsNode = GroupNode | SnapshotNode | EntryNode;
