import * as vscode from 'vscode';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import { formatTime } from '../../format.ts';

/** What people call a snapshot: its title, else when it was taken. */
export function nameOf(snapshot: Snapshot): string {
  return snapshot.title || formatTime(snapshot.createdAt, vscode.env.language);
}
