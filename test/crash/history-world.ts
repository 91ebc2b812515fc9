import assert from 'node:assert/strict';
import fs from 'node:fs';
import { restoreBackup } from '../../src/engine/backups/restore.ts';
import type { Context } from '../../src/engine/context.ts';
import { settleRoot } from '../../src/engine/placement/recover.ts';
import { readVersionFile } from '../../src/engine/sessions/version-content.ts';
import { readManifests } from '../../src/engine/snapshots/manifest.ts';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { undeleteSnapshot } from '../../src/engine/snapshots/undelete.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree, type ReadEntry, readTree } from '../fixtures/tree.ts';
import { type Random, randomTree } from './random.ts';

export type Found = Record<string, ReadEntry>;

/** A workspace, and everything that whoever gave orders there was told. */
export class HistoryWorld {
  readonly base: string;
  /** What each acknowledged snapshot and backup has to give back. */
  readonly snapshots = new Map<string, Found>();
  readonly backups = new Map<string, Found>();
  /** Deleted ones that can be brought back. */
  readonly trash = new Map<string, Found>();
  /** Texts by session and version. */
  readonly sessions = new Map<string, Map<number, string>>();
  /** Completed migrations that were not taken back, with the root before and after. */
  readonly migrations: { id: string; before: Found; after: Found }[] = [];
  /** The root as it was last seen. */
  tree: Found = {};
  #restored = 0;
  #written = 0;

  constructor(base: string, random: Random) {
    this.base = base;
    makeTree(this.root, randomTree(random, 4), { mtime: 1_600_000_000_123 });
    makeTree(this.old, randomTree(random, 4), { mtime: 1_650_000_000_456 });
    fs.mkdirSync(this.archives);
    this.tree = this.look();
  }

  get workspace(): string {
    return `${this.base}/app`;
  }

  get root(): string {
    return `${this.workspace}/data/workspace`;
  }

  get old(): string {
    return `${this.base}/old`;
  }

  get archives(): string {
    return `${this.base}/archives`;
  }

  context(): Context {
    return testContext(this.workspace);
  }

  look(): Found {
    return readTree(this.root, { except: ['.holdfast'] });
  }

  /** A directory that does not exist. */
  fresh(): string {
    return `${this.base}/restored-${this.#restored++}`;
  }

  /** Somebody works in the root, and in the old place; sessions are left to those who know them. */
  edit(random: Random): void {
    for (const [name, entry] of Object.entries(this.look())) {
      if (entry.type !== 'file' || name.startsWith('sessions')) continue;
      const choice = random.below(6);
      const at = `${this.root}/${name}`;
      if (choice === 0) fs.rmSync(at);
      if (choice === 1) fs.writeFileSync(at, `edited ${random.below(1000)}`);
    }
    for (const place of [this.root, this.old]) {
      if (random.below(2) === 0) makeTree(`${place}/added ${this.#written++}`, randomTree(random, 1));
    }
    this.tree = this.look();
  }

  /** What was begun is finished or forgotten, as the next command does it. */
  async settle(): Promise<void> {
    await settleRoot(this.context());
    this.tree = this.look();
  }

  /** After whatever happened: nothing is damaged, and all that was acknowledged is there. */
  async check(): Promise<void> {
    const context = this.context();
    if (!fs.existsSync(`${this.root}/.holdfast`)) return;
    const { damaged } = await verifyVault(context, { readData: true }, {});
    assert.deepEqual(damaged, []);
    const listed = new Set(readManifests(context).snapshots.map(({ id }) => id));
    for (const id of this.snapshots.keys()) assert.ok(listed.has(id), `snapshot ${id} is listed`);
    for (const [id, versions] of this.sessions) {
      for (const [version, text] of versions) {
        const kept = (await readVersionFile(context, id, version)).toString();
        assert.equal(kept, text, `version ${version} of session ${id}`);
      }
    }
  }

  /** Restores them all; what is in the trash is brought back first. Ends the history. */
  async restoreAll(): Promise<void> {
    const context = this.context();
    for (const [id, tree] of this.trash) {
      await undeleteSnapshot(context, id, {});
      this.snapshots.set(id, tree);
    }
    for (const id of this.snapshots.keys()) await this.restore(id);
    for (const [id, tree] of this.backups) {
      const to = this.fresh();
      const { failed } = await restoreBackup(context, id, { to }, {});
      assert.deepEqual(failed, []);
      assert.deepEqual(readTree(to), tree, `backup ${id} comes back as it was`);
    }
  }

  async restore(id: string): Promise<void> {
    const to = this.fresh();
    const { failed } = await restoreSnapshot(this.context(), id, { to }, {});
    assert.deepEqual(failed, []);
    assert.deepEqual(readTree(to), this.snapshots.get(id), `snapshot ${id} comes back as it was`);
  }

  isListed(id: string): boolean {
    return readManifests(this.context()).snapshots.some(one => one.id === id);
  }
}
