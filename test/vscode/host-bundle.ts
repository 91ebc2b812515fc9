import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { project } from './project.ts';
import { type ShapeName, shapes } from './shapes.ts';

const sources = join(project, 'test', 'host');

/** The shapes that have tests. */
export function shapesWithTests(): ShapeName[] {
  return (Object.keys(shapes) as ShapeName[]).filter(shape => testFiles(shape).length > 0);
}

/** Bundles the tests of a shape into the one CommonJS module that an extension host can load; returns its path. */
export async function bundleHostTests(shape: ShapeName): Promise<string> {
  const outfile = join(project, '.vscode-test', 'out', 'host', shape, 'index.cjs');
  // `require` keeps each test file unevaluated until run() asks for it.
  const loads = testFiles(shape).map(file => `require(${JSON.stringify(`./${shape}/${file}`)});`);
  await build({
    stdin: {
      contents: `import { run as start } from './index.ts';\nexport const run = () => start(() => { ${loads.join(' ')} });`,
      resolveDir: sources,
      sourcefile: `${shape}.ts`,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'linked',
    keepNames: true,
    logLevel: 'warning',
    // Mocha's parallel mode, which is not used here, looks for files beside its own.
    logOverride: { 'require-resolve-not-external': 'silent' },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}

function testFiles(shape: ShapeName): string[] {
  const dir = join(sources, shape);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter(name => name.endsWith('.test.ts'))
    .sort();
}
