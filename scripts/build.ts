import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** The programs and where they run. VS Code 1.112 runs Node 22.22; the command line also runs on Node 20. */
const programs = {
  extension: { entry: 'src/extension/extension.ts', external: ['vscode'], target: 'node22' },
  sidecar: { entry: 'src/sidecar/main.ts', external: [], target: 'node22' },
  // What the two others run on more threads.
  worker: { entry: 'src/worker.ts', external: [], target: 'node20' },
  cli: { entry: 'src/cli/main.ts', external: [], target: 'node20' },
  // Starts the one before sooner than it starts by itself.
  holdfast: { entry: 'src/cli/start.ts', external: [], target: 'node20' },
};

/** Zod brings the texts of its messages in fifty languages: a fifth of each program, read at every start. */
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod.v4.locales.[a-z-]+\.js$/i }, ({ path }) =>
      /(en|index)\.js$/.test(path) ? undefined : { contents: 'export default () => ({});' },
    );
  },
};

const production = process.argv.includes('--production');
process.chdir(join(import.meta.dirname, '..'));
rmSync('dist', { recursive: true, force: true });
for (const [name, { entry, external, target }] of Object.entries(programs)) {
  const result = await build({
    entryPoints: [entry],
    outfile: `dist/${name}.cjs`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target,
    external,
    plugins: [onlyEnglish],
    // jsonc-parser's CommonJS form loads its parts in a way that no bundler follows.
    mainFields: ['module', 'main'],
    minify: production,
    sourcemap: production ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      js: `${name === 'extension' ? '' : '#!/usr/bin/env node\n'}const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
  });
  writeFileSync(`dist/${name}.meta.json`, JSON.stringify(result.metafile));
}
