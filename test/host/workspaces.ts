import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShapeName } from '../vscode/shapes.ts';

/** Fills the fresh, empty directory that the tests of a shape find as their workspace. */
export const workspaces: Record<ShapeName, (dir: string) => Promise<void>> = {
  single: dir => writeFile(join(dir, 'hello.txt'), 'hello\n'),
  untrusted: dir => writeFile(join(dir, 'hello.txt'), 'hello\n'),
  'multi-root': async dir => {
    for (const name of ['one', 'two']) {
      await mkdir(join(dir, name));
      await writeFile(join(dir, name, 'hello.txt'), `hello ${name}\n`);
    }
    const folders = [{ path: 'one' }, { path: 'two' }];
    await writeFile(join(dir, 'both.code-workspace'), JSON.stringify({ folders }, null, 2));
  },
  empty: async () => {},
};
