import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAtlas } from '../fixtures/atlas.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { makeDoco } from '../fixtures/doco.ts';
import { makeUploadsJson } from '../fixtures/uploads-json.ts';
import { makeWebviz } from '../fixtures/webviz.ts';
import type { ShapeName } from '../vscode/shapes.ts';

/** Each application's sample, by its profile. */
const samples = {
  'digital-article': makeDigitalArticle,
  doco: makeDoco,
  'uploads-json': makeUploadsJson,
  webviz: makeWebviz,
  atlas: makeAtlas,
};

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
  applications: async dir => {
    for (const [name, make] of Object.entries(samples)) make(join(dir, name));
    // The code of one application with the state of another.
    makeWebviz(join(dir, 'several'));
    makeUploadsJson(join(dir, 'several'));
    const folders = [...Object.keys(samples), 'several'].map(path => ({ path }));
    await writeFile(join(dir, 'applications.code-workspace'), JSON.stringify({ folders }, null, 2));
  },
  empty: async () => {},
};
