import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type Call, watchedPorts } from '../../../test/crash/faulty-files.ts';
import { crashDirectory } from '../../../test/crash/place.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { directory, link, makeTree, readTree } from '../../../test/fixtures/tree.ts';
import { createBackup } from '../backups/create.ts';
import { restoreBackup } from '../backups/restore.ts';
import type { Context } from '../context.ts';
import { asHoldfastError } from '../errors.ts';
import { applyMigration } from '../migrations/apply.ts';
import { createSnapshot } from '../snapshots/create.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';
import { settleRoot } from './recover.ts';

const before = {
  dir: { changed: 'old', gone: 'old', same: 'same', sub: { changed: 'old' }, lost: { a: 'old', link: link('a') } },
  closed: directory({ changed: 'old' }, { mode: 0o555 }),
};
const after = {
  dir: { changed: 'new', same: 'same', sub: { changed: 'new', extra: 'new' }, more: { extra: 'new' } },
  closed: directory({ changed: 'new' }, { mode: 0o555 }),
};
const mtime = '2024-05-06T07:08:09.123Z';

interface Placing {
  /** The directory below `here` that files are placed in. */
  base: string;
  /** Leaves what `run` is to start from; what it returns is handed to that. */
  prepare(context: Context, here: string): Promise<string>;
  run(context: Context, here: string, prepared: string): Promise<unknown>;
}

const root = 'app/data/workspace';
const edit = ({ root: at }: Context) => {
  fs.rmSync(`${at}/dir`, { recursive: true });
  fs.rmSync(`${at}/closed`, { recursive: true });
  makeTree(at, after, { mtime });
};

const placings: Record<string, Placing> = {
  'a restore into the root': {
    base: root,
    async prepare(context) {
      const { id } = await createSnapshot(context, {}, {});
      edit(context);
      return id;
    },
    run: (context, _, id) => restoreSnapshot(context, id, { deleteExtra: true }, {}),
  },
  'a restore to another directory': {
    base: 'to',
    async prepare(context, here) {
      const { id } = await createSnapshot(context, {}, {});
      makeTree(`${here}/to`, after, { mtime });
      return id;
    },
    run: (context, here, id) => restoreSnapshot(context, id, { to: `${here}/to`, deleteExtra: true }, {}),
  },
  'a restore of a backup': {
    base: root,
    async prepare(context, here) {
      const { id } = await createBackup(context, { to: `${here}/backups` }, {});
      edit(context);
      return id;
    },
    run: (context, _, id) => restoreBackup(context, id, {}, {}),
  },
  'a migration': {
    base: root,
    async prepare(_, here) {
      return makeTree(`${here}/old`, after, { mtime });
    },
    run: (context, _, from) => applyMigration(context, { from: [from], onConflict: 'keep-source' }, {}),
  },
};

/** With the times, by which a restore tells what is unchanged. */
function copy(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** Removes a tree, also what nobody may write in. */
function clear(at: string): void {
  for (const name of fs.existsSync(at) ? fs.readdirSync(at, { recursive: true, encoding: 'utf8' }) : []) {
    if (path.basename(name) === 'closed') fs.chmodSync(path.join(at, name), 0o700);
  }
  fs.rmSync(at, { recursive: true, force: true });
}

/** The directories below the base that a call names or goes through. Not the vault: whoever may replace that has all. */
function directoriesOf({ args }: Call, base: string): string[] {
  const found = new Set<string>();
  for (const one of args) {
    if (typeof one !== 'string' || !one.startsWith(`${base}/`)) continue;
    const names = path.relative(base, one).split('/');
    for (let depth = 1; depth <= names.length; depth++) {
      const isVault = names[0] === '.holdfast' && (depth === 1 || names[1] !== 'placement');
      const name = names.slice(0, depth).join('/');
      if (!isVault && fs.lstatSync(`${base}/${name}`, { throwIfNoEntry: false })?.isDirectory()) found.add(name);
    }
  }
  return [...found];
}

describe('a directory becomes a link at any moment', { skip: process.platform !== 'linux' }, () => {
  for (const [what, { base: within, prepare, run }] of Object.entries(placings)) {
    test(`${what} leads nothing out of its place`, async () => {
      using place = crashDirectory();
      const [here, kept, outside, away] = ['here', 'kept', 'outside', 'away'].map(name => `${place.path}/${name}`) as [
        string,
        string,
        string,
        string,
      ];
      const base = `${here}/${within}`;
      const settings = { user: { snapshotBeforeRestore: false, snapshotBeforeMigrate: false } };
      const open = (ports = {}) => testContext(`${here}/app`, { ...ports, settings });
      makeTree(`${here}/${root}`, before, { mtime });
      const prepared = await prepare(open(), here);
      copy(here, kept);
      /** @param onCall told the number of each call from 0, before it is made */
      const runAnew = async (onCall: (call: Call, number: number) => void) => {
        for (const one of [here, outside, away]) clear(one);
        copy(kept, here);
        let number = 0;
        const ports = watchedPorts(call => {
          onCall(call, number++);
          return call.run();
        });
        await run(open(ports), here, prepared);
      };

      const moments: { number: number; name: string }[] = [];
      await runAnew((call, number) => {
        for (const name of directoriesOf(call, base)) moments.push({ number, name });
      });
      assert.ok(moments.length > 100);
      const led: string[] = [];
      for (const moment of moments) {
        let swapped = '';
        let before: unknown;
        const isLed = () => !isDeepStrictEqual(readTree(outside, { directoryTimes: true }), before);
        const swapping = runAnew(({ name, args }, number) => {
          if (number !== moment.number) return;
          swapped = `${moment.name} before ${name} ${args[0]}`;
          // The same names are in it, so that a call that is led there finds what it looks for.
          copy(`${base}/${moment.name}`, `${outside}/canary`);
          before = readTree(outside, { directoryTimes: true });
          fs.renameSync(`${base}/${moment.name}`, away);
          fs.symlinkSync(`${outside}/canary`, `${base}/${moment.name}`);
        });
        await swapping.catch(error => {
          const { message, path: told = '' } = asHoldfastError(error);
          assert.doesNotMatch(`${message} ${told}`, /\/proc\//, 'the path that the user knows');
        });
        if (isLed()) led.push(swapped);
        // The next command finishes what stopped half-way, or takes it back.
        await settleRoot(open()).catch(() => {});
        if (isLed()) led.push(`${swapped}, in the next command`);
      }
      assert.deepEqual(led, []);
      clear(here);
    });
  }
});
