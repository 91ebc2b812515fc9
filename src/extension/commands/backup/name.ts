import { basename } from 'node:path';
import * as vscode from 'vscode';
import { formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { ChosenBackup } from '../choose.ts';

export function backupName({ backup, reference }: ChosenBackup): string {
  return backup ? texts.backupOf(formatTime(backup.createdAt, vscode.env.language)) : basename(reference);
}
