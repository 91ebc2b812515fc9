import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { placeWith } from '../../../../test/fixtures/engine.ts';
import { makeTree, readTree, type Tree } from '../../../../test/fixtures/tree.ts';
import type { PruneVault } from '../../../protocol/retention.ts';
import type { Context } from '../../context.ts';
import type { Ports } from '../../ports.ts';
import type { OpenOptions } from '../../root/open.ts';
import { restoreSnapshot } from '../../snapshots/restore.ts';
import { verifyVault } from '../verify.ts';
import { pruneVault } from './prune.ts';

export const day = 86_400_000;

/** A place whose clock the test moves on. */
export function timedPlace(tree: Tree = {}, overrides: Partial<Ports> & Partial<OpenOptions> = {}) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const place = placeWith(tree, { now, ...overrides });
  let restored = 0;
  let written = 0;
  return {
    ...place,
    /** Hours that pass. */
    pass: (hours: number) => {
      ahead += hours * 3_600_000;
    },
    prune: (input: PruneVault = {}, context = place.context) => pruneVault(context, input, {}),
    /** With times of whole seconds: what a file system rounds is not looked at here. */
    write: (files: Tree) => makeTree(place.root, files, { mtime: 1_600_000_000_000 + 1000 * written++ }),
    packs: () => fs.readdirSync(`${place.root}/.holdfast/packs`),
    /** Bytes of all files in the vault that are no cache. */
    size: () => sizeOf(`${place.root}/.holdfast`),
    /** The snapshot restores to this. */
    async assertRestores(id: string, wanted: ReturnType<typeof readTree>, context = place.context): Promise<void> {
      const to = `${place.path}/restored-${restored++}`;
      const { failed } = await restoreSnapshot(context, id, { to }, {});
      assert.deepEqual(failed, []);
      assert.deepEqual(readTree(to), wanted);
    },
    async assertWhole(): Promise<void> {
      assert.deepEqual((await verifyVault(place.context, { readData: true }, {})).damaged, []);
    },
  };
}

export type TimedPlace = ReturnType<typeof timedPlace>;

export function sizeOf(directory: string): number {
  return fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter(one => one.isFile() && !/(index|cache)$/.test(one.parentPath))
    .reduce((sum, one) => sum + fs.lstatSync(`${one.parentPath}/${one.name}`).size, 0);
}

let program: string | undefined;

/** As one file: started often, it starts in a fraction of the time. */
function pruneProgram(): string {
  if (program) return program;
  const outfile = `${os.tmpdir()}/holdfast-prune-${process.pid}.mjs`;
  buildSync({
    stdin: {
      contents: `
        import { testContext } from './test/fixtures/ports.ts';
        import { pruneVault } from './src/engine/vault/prune/prune.ts';
        const [workspace, input] = process.argv.slice(2);
        await pruneVault(testContext(workspace), JSON.parse(input), {});`,
      resolveDir: path.join(import.meta.dirname, '../../../..'),
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  process.on('exit', () => fs.rmSync(outfile, { force: true }));
  program = outfile;
  return outfile;
}

/** Prunes in another process, from start to end, while this one stands still. */
export function pruneElsewhere(context: Context, input: PruneVault): void {
  const args = [pruneProgram(), context.workspace, JSON.stringify(input)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
