import type { Command } from 'commander';
import type { Run } from './call.ts';

export function addServe(_program: Command, _run: Run): void {}
