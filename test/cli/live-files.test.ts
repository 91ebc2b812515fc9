import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { FileList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { VerifyVault } from '../../src/protocol/vault.ts';
import { rootedWorkspace, type Workspace } from './workspace.ts';

/** Another program at work in the root, from now on. @param step run again and again, with `fs` and `time` */
async function program(t: { after(end: () => void): void }, workspace: Workspace, begin: string, step: string) {
  const script = `const fs = require('node:fs'); let time = 0; ${begin};
    (function again() { time++; ${step}; if (time === 1) console.log('at work'); setTimeout(again, 1); })();`;
  const child = spawn(process.execPath, ['--no-warnings', '-e', script], {
    cwd: workspace.root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

test('large files that change all the time are listed, and what is stored of them is what the snapshot says', async t => {
  const workspace = rootedWorkspace(t);
  const { write, root, run, done, folder } = workspace;
  const names = ['appended', 'replaced', 'rewritten', 'truncated'];
  for (const name of names) {
    write({ [`data/workspace/${name}`]: 'x' });
    truncateSync(path.join(root, name), 80_000_000);
  }
  const child = await program(
    t,
    workspace,
    `const write = (name, at) => {
       const file = fs.openSync(name, 'r+'); fs.writeSync(file, String(time), at); fs.closeSync(file);
     }`,
    `write('appended', 80_000_000 + time * 4096); write('rewritten', (time * 1_234_567) % 79_000_000);
     fs.truncateSync('truncated', 80_000_000 - time * 4096);
     fs.writeFileSync('new', 'x'); fs.truncateSync('new', 80_000_000); fs.renameSync('new', 'replaced')`,
  );
  const result = run('snapshot', 'create', '--json');
  await ended(child);
  assert.equal(result.status, 3);
  const { snapshot } = result.json(SnapshotResult);
  const listed = snapshot.skipped.map(one => one.path);
  const { files } = done('snapshot', 'files', snapshot.id, '--json').json(FileList);
  for (const name of names) assert.ok(listed.includes(name) || name === 'replaced', `${name} is listed`);
  assert.deepEqual(done('vault', 'verify', '--read-data', '--json').json(VerifyVault).damaged, []);
  done('snapshot', 'restore', snapshot.id, '--to', 'restored');
  for (const { path: name, size, sha256 } of files.filter(one => one.type === 'file' && names.includes(one.path))) {
    const copy = path.join(folder, 'restored', name);
    assert.equal(statSync(copy).size, size);
    assert.equal(createHash('sha256').update(readFileSync(copy)).digest('hex'), sha256);
  }
});

test('a live database comes back whole, or the snapshot says that it changed', async t => {
  const workspace = rootedWorkspace(t);
  const { run, done, folder } = workspace;
  const child = await program(
    t,
    workspace,
    `const { DatabaseSync } = require('node:sqlite');
     const database = new DatabaseSync('state.db');
     database.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=150; PRAGMA synchronous=OFF');
     database.exec('CREATE TABLE accounts (id INTEGER PRIMARY KEY, money INTEGER, filling TEXT); BEGIN');
     const insert = database.prepare('INSERT INTO accounts VALUES (?, 100, ?)');
     for (let id = 0; id < 400; id++) insert.run(id, 'x'.repeat(900));
     database.exec('COMMIT; CREATE INDEX rich ON accounts (money)');
     const pay = database.prepare('UPDATE accounts SET money = money + ? WHERE id = ?')`,
    `database.exec('BEGIN'); pay.run(-1, (time * 7) % 400); pay.run(1, (time * 13) % 400); database.exec('COMMIT')`,
  );
  let whole = 0;
  for (let round = 0; round < 5 || (whole === 0 && round < 20); round++) {
    const result = run('snapshot', 'create', '--json');
    const { snapshot } = result.json(SnapshotResult);
    const changed = snapshot.skipped.some(one => one.path === 'state.db');
    assert.equal(result.status, snapshot.skipped.length === 0 ? 0 : 3);
    if (changed) continue;
    whole++;
    done('snapshot', 'restore', snapshot.id, '--to', `restored-${round}`);
    using database = new DatabaseSync(path.join(folder, `restored-${round}`, 'state.db'));
    const [{ integrity_check: found } = {}] = database.prepare('PRAGMA integrity_check').all();
    const [{ money } = {}] = database.prepare('SELECT sum(money) AS money FROM accounts').all();
    assert.deepEqual([found, money], ['ok', 40_000]);
  }
  await ended(child);
  assert.ok(whole > 0, 'a log that only grows does not keep a database from being captured');
});
