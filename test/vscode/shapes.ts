import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a window can have open. The tests of a shape lie in `test/host/<shape>/`. */
export const shapes = {
  single: { trusted: true, open: (dir: string) => ({ folder: dir }) },
  'multi-root': { trusted: true, open: (dir: string) => ({ workspace: workspaceFile(dir) }) },
  /** A folder of each application that Holdfast knows. */
  applications: { trusted: true, open: (dir: string) => ({ workspace: workspaceFile(dir) }) },
  /** Restricted mode. */
  untrusted: { trusted: false, open: (dir: string) => ({ folder: dir }) },
  /** No folder at all. */
  empty: { trusted: true, open: (_dir: string) => ({}) },
} satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;

export interface Shape {
  readonly trusted: boolean;
  open(dir: string): { readonly folder?: string; readonly workspace?: string };
}

function workspaceFile(dir: string): string {
  const file = readdirSync(dir).find(name => name.endsWith('.code-workspace'));
  if (!file) throw new Error(`${dir} has no .code-workspace file: test/host/workspaces.ts must write one.`);
  return join(dir, file);
}
