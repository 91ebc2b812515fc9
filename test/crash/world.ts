import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createBackup } from '../../src/engine/backups/create.ts';
import { restoreBackup } from '../../src/engine/backups/restore.ts';
import type { Context } from '../../src/engine/context.ts';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { undoMigration } from '../../src/engine/migrations/undo.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { deleteSnapshots } from '../../src/engine/snapshots/delete.ts';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { pruneVault } from '../../src/engine/vault/prune/prune.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree, type ReadEntry, readTree } from '../fixtures/tree.ts';
import { type Random, randomTree } from './random.ts';

export type Found = Record<string, ReadEntry>;

/** The operations whose every instant must be survivable. */
export const operations = [
  'snapshot create',
  'snapshot restore',
  'snapshot restore elsewhere',
  'migrate apply',
  'migrate undo',
  'backup create',
  'backup restore',
  'vault prune',
] as const;
export type Operation = (typeof operations)[number];

/** A workspace with some history, about to undergo an operation; the same again after each `reset`. */
export class World {
  readonly base: string;
  readonly operation: Operation;
  /** Snapshots that were acknowledged, and what each has to give back. */
  readonly snapshots: { id: string; tree: Found }[] = [];
  before: Found = {};
  after: Found = {};
  /** What the operation leaves out, and says so, when nothing fails. */
  omissions = '';
  #backup = '';
  #migration = '';

  private constructor(base: string, operation: Operation) {
    this.base = base;
    this.operation = operation;
  }

  /** @param size how many names a directory has at most, about */
  static async make(base: string, operation: Operation, random: Random, size = 5): Promise<World> {
    fs.rmSync(base, { recursive: true, force: true });
    const world = new World(base, operation);
    const context = world.#populate(random, size);
    world.snapshots.push({ id: (await createSnapshot(context, { title: 'first' }, {})).id, tree: world.rootTree() });
    await world.#addHistory(context, random);
    world.before = world.tree();
    world.#keep();
    world.omissions = omissionsOf(await world.run(context));
    world.after = world.tree();
    world.reset();
    return world;
  }

  get root(): string {
    return `${this.base}/app/data/workspace`;
  }

  get elsewhere(): string {
    return `${this.base}/elsewhere`;
  }

  get backups(): string {
    return `${this.base}/backups`;
  }

  /** What the operation changes. */
  tree(options: { directoryTimes?: boolean } = {}): Found {
    return this.operation === 'snapshot restore elsewhere'
      ? readTree(this.elsewhere, { except: ['.holdfast-restore'], ...options })
      : this.rootTree(options);
  }

  rootTree(options: { directoryTimes?: boolean } = {}): Found {
    return readTree(this.root, { except: ['.holdfast'], ...options });
  }

  context(ports: Partial<Ports> = {}): Context {
    return testContext(`${this.base}/app`, ports);
  }

  /** The operation, with what the world knows of its subject: also what a person would type again after a crash. */
  async run(context: Context): Promise<unknown> {
    const [first] = this.snapshots;
    switch (this.operation) {
      case 'snapshot create':
        return createSnapshot(context, { title: 'next' }, {});
      case 'snapshot restore':
        return restoreSnapshot(context, first!.id, { deleteExtra: true }, {});
      case 'snapshot restore elsewhere':
        return restoreSnapshot(context, first!.id, { to: this.elsewhere }, {});
      case 'migrate apply':
        return applyMigration(context, { from: [`${this.base}/old`], onConflict: 'keep-source' }, {});
      case 'migrate undo':
        return undoMigration(context, this.#migration, {});
      case 'backup create':
        return createBackup(context, { to: this.backups }, {});
      case 'backup restore':
        return restoreBackup(context, this.#backup, {}, {});
      case 'vault prune':
        return pruneVault(context, { grace: '0' }, {});
    }
  }

  /** Everything as it was just before the operation. */
  reset(): void {
    fs.rmSync(this.base, { recursive: true, force: true });
    copy(`${this.base}.kept`, this.base);
  }

  /** For a process of its own. */
  toJson(): string {
    const { base, operation, snapshots } = this;
    return JSON.stringify({ base, operation, snapshots, backup: this.#backup, migration: this.#migration });
  }

  static fromJson(json: string): World {
    const { base, operation, snapshots, backup, migration } = JSON.parse(json);
    const world = new World(base, operation);
    world.snapshots.push(...snapshots);
    world.#backup = backup;
    world.#migration = migration;
    return world;
  }

  #populate(random: Random, size: number): Context {
    makeTree(this.root, randomTree(random, size), { mtime: 1_600_000_000_123 });
    const first = Object.entries(this.rootTree()).find(([, one]) => one.type === 'file');
    if (first) fs.linkSync(`${this.root}/${first[0]}`, `${this.root}/linked`);
    makeTree(`${this.base}/old`, randomTree(random, size), { mtime: 1_650_000_000_456 });
    fs.mkdirSync(this.backups);
    makeTree(this.elsewhere, randomTree(random, size), { mtime: 1_500_000_000_789 });
    return this.context();
  }

  /** Edits after the first snapshot, and whatever the operation needs to have happened. */
  async #addHistory(context: Context, random: Random): Promise<void> {
    if (this.operation === 'backup restore') {
      this.#backup = (await createBackup(context, { to: this.backups }, {})).id;
    }
    this.#edit(random);
    this.snapshots.push({ id: (await createSnapshot(context, { title: 'second' }, {})).id, tree: this.rootTree() });
    this.#edit(random);
    if (this.operation === 'vault prune') {
      await deleteSnapshots(context, [(await createSnapshot(context, { title: 'deleted' }, {})).id]);
    }
    if (this.operation === 'migrate undo') {
      const from = [`${this.base}/old`];
      this.#migration = (await applyMigration(context, { from, onConflict: 'keep-source' }, {})).migrationId ?? '';
    }
  }

  #edit(random: Random): void {
    const files = Object.entries(this.rootTree()).filter(([, one]) => one.type === 'file');
    for (const [name] of files) {
      const choice = random.below(4);
      const at = `${this.root}/${name}`;
      if (choice === 0) fs.rmSync(at);
      if (choice === 1) fs.writeFileSync(at, `edited ${random.below(1000)}`);
    }
    makeTree(`${this.root}/added-${random.below(1000)}`, randomTree(random, 2), { mtime: 1_670_000_000_001 });
  }

  #keep(): void {
    fs.rmSync(`${this.base}.kept`, { recursive: true, force: true });
    copy(this.base, `${this.base}.kept`);
  }
}

/** Of whatever an operation returned: what it says that it left out. */
export function omissionsOf(result: unknown): string {
  const { skipped, failed, omitted } = (result ?? {}) as Record<string, unknown[] | undefined>;
  return JSON.stringify(skipped ?? failed ?? omitted ?? []);
}

/** With times and modes, which the copying of Node does not keep for links and directories. */
export function copy(from: string, to: string): void {
  const result = spawnSync('cp', ['-a', from, to]);
  if (result.status !== 0) throw new Error(`cp failed: ${result.stderr}`);
}
