import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { LogList } from '../../src/protocol/log.ts';
import { RepairVault, VaultStats, VerifyVault } from '../../src/protocol/vault.ts';
import { newWorkspace, rootedWorkspace } from './workspace.ts';

describe('vault verify', () => {
  test('of a whole vault', t => {
    const { done } = rootedWorkspace(t);
    done('snapshot', 'create');
    const quick = done('vault', 'verify', '--json').json(VerifyVault);
    assert.deepEqual([quick.ok, quick.damaged], [true, []]);
    assert.ok(quick.objects > 0);
    const full = done('vault', 'verify', '--read-data', '--json').json(VerifyVault);
    assert.ok(full.ok && full.bytesRead > 0);
    assert.match(
      done('vault', 'verify').stdout,
      /^The vault is whole: .*\nTo read every byte: holdfast vault verify --read-data/,
    );
  });

  test('says what was put aside, and nothing of it where a pack was simply gone', t => {
    const { done, root } = rootedWorkspace(t);
    done('snapshot', 'create');
    const packs = path.join(root, '.holdfast', 'packs');
    rmSync(packs, { recursive: true });
    assert.doesNotMatch(done('vault', 'repair').stdout, /quarantine/);
    writeFileSync(path.join(root, '.holdfast', '.gitignore'), 'damaged');
    const { stdout } = done('vault', 'repair');
    assert.match(stdout, /Put aside in the vault's directory quarantine: 1 damaged file\./);
    assert.match(stdout, /The vault is whole again/);
  });

  test('of a damaged pack names the snapshots and paths, with 5', t => {
    const { done, run, root } = rootedWorkspace(t);
    done('snapshot', 'create');
    const packs = path.join(root, '.holdfast', 'packs');
    const pack = readdirSync(packs, { recursive: true, encoding: 'utf8' }).find(name => /[0-9a-f]{64}/.test(name));
    assert.ok(pack);
    const bytes = readFileSync(path.join(packs, pack));
    const at = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(path.join(packs, pack), bytes);
    const result = run('vault', 'verify', '--read-data', '--json');
    assert.equal(result.status, 5);
    const { ok, damaged } = result.json(VerifyVault);
    assert.ok(!ok && damaged.length > 0);
    const text = run('vault', 'verify', '--read-data');
    assert.equal(text.status, 5);
    assert.match(text.stdout, /The vault is damaged.*holdfast vault repair/s);
    const repaired = done('vault', 'repair', '--json').json(RepairVault);
    assert.ok(repaired.ok && repaired.repaired.length > 0);
    assert.match(done('vault', 'verify', '--read-data').stdout, /^The vault is whole/);
    assert.match(done('vault', 'repair').stdout, /^The vault is whole: nothing to repair/);
    rmSync(packs, { recursive: true });
    rmSync(path.join(root, 'settings.json'));
    const lost = run('vault', 'repair');
    assert.equal(lost.status, 5);
    assert.match(lost.stdout, /^Still lost \(1 object\)/);
    assert.match(lost.stdout, /^ {4}the whole snapshot$/m);
    assert.match(run('vault', 'verify').stdout, /^Neither the root nor a backup/m);
  });
});

test('vault stats', t => {
  const { done } = rootedWorkspace(t);
  done('snapshot', 'create');
  const stats = done('vault', 'stats', '--json').json(VaultStats);
  assert.deepEqual([stats.format, stats.snapshots], [1, 1]);
  assert.ok(stats.packs > 0 && stats.objects > 0 && stats.bytes > 0 && stats.rawBytes > 0);
  assert.match(done('vault', 'stats').stdout, /^Snapshots +1\n/);
});

test('log shows who did what, chained', t => {
  const { done } = rootedWorkspace(t);
  done('snapshot', 'create');
  done('snapshot', 'pin', 'latest');
  const { entries } = done('log', '--json').json(LogList);
  const actions = entries.map(({ action }) => action);
  for (const action of ['root.init', 'snapshot.create', 'snapshot.edit']) assert.ok(actions.includes(action), action);
  const hashes = new Set(entries.map(({ hash }) => hash));
  assert.ok(entries.every(({ prev }) => prev === null || hashes.has(prev)));
  const paged = [];
  for (let cursor: string | null = null; paged.length === 0 || cursor !== null; ) {
    const page: LogList = done('log', '--limit', '1', ...(cursor ? ['--cursor', cursor] : []), '--json').json(LogList);
    assert.deepEqual([page.entries.length, page.total], [1, entries.length]);
    paged.push(...page.entries);
    cursor = page.nextCursor;
  }
  assert.deepEqual(paged, entries);
  assert.ok(actions.indexOf('snapshot.edit') < actions.indexOf('root.init'), 'the newest first');
  const filtered = done('log', '--filter', 'snapshot.create', '--json').json(LogList).entries;
  assert.deepEqual(
    filtered.map(({ action }) => action),
    ['snapshot.create'],
  );
  assert.match(done('log').stdout, /snapshot\.create/);
});

describe('doctor', () => {
  const Report = z.strictObject({
    ok: z.boolean(),
    checks: z.array(
      z.strictObject({
        id: z.string(),
        status: z.enum(['ok', 'warn', 'error']),
        message: z.string(),
        hint: z.string().optional(),
      }),
    ),
  });

  test('finds nothing wrong where nothing is', t => {
    const { done } = rootedWorkspace(t);
    const { ok, checks } = done('doctor', '--json').json(Report);
    assert.ok(ok);
    assert.deepEqual(
      checks.map(({ id }) => id),
      ['node', 'zstd', 'watch', 'root', 'space', 'vault', 'snapshots'],
    );
    assert.match(done('doctor').stdout, /^ok +node +Node \d+/);
  });

  test('before there is a root', t => {
    const { done, folder } = newWorkspace(t);
    const root = done('doctor', '--json')
      .json(Report)
      .checks.find(({ id }) => id === 'root');
    assert.equal(root?.status, 'warn');
    assert.deepEqual(readdirSync(folder), []);
  });

  test('with a root that cannot be used ends with 7', t => {
    const { run } = newWorkspace(t);
    const result = run('doctor', '--root', '/', '--json');
    assert.equal(result.status, 7);
    const { ok, checks } = result.json(Report);
    assert.equal(ok, false);
    assert.equal(checks.find(({ id }) => id === 'root')?.status, 'error');
  });

  test('with a vault of a newer version', t => {
    const { run, root } = rootedWorkspace(t);
    const file = path.join(root, '.holdfast', 'vault.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"schemaVersion":1', '"schemaVersion":9'));
    assert.notEqual(run('doctor').status, 0);
    const result = run('snapshot', 'create', '--json');
    assert.notEqual(result.status, 0);
    assert.ok(['NEWER_VERSION', 'CORRUPT'].includes(result.error().code));
  });
});
