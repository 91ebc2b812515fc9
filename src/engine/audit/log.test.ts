import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { testContext } from '../../../test/fixtures/ports.ts';
import { temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { LogEntry } from '../../protocol/log.ts';
import { type Context, vaultPath } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { initRoot } from '../root/init.ts';
import { logKind } from './entry.ts';
import { appendLog, listLog } from './log.ts';

function inVault(check: (context: Context, fileOf: (sequence: number) => string) => void): void {
  using place = temporaryDirectory();
  const context = testContext(place.path);
  initRoot(context);
  for (const action of ['snapshot.create', 'snapshot.restore', 'backup.create']) {
    assert.equal(
      appendLog(context, { action, target: 'x', details: { files: 3, none: undefined, b: { 2: 'z', a: 1 } } }),
      true,
    );
  }
  check(context, sequence => vaultPath(context, 'audit', `${String(sequence).padStart(12, '0')}.json`));
}

test('details that are nested too deep for any text are a broken trail', () => {
  inVault((context, fileOf) => {
    const file = fileOf(2);
    const entry = JSON.stringify(decodeRecord(logKind, fs.readFileSync(file), file));
    const deep = entry.replace('"details":{', `"details":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},`);
    const head = `{"schemaVersion":1,"savedAt":"2026-11-21T10:00:00.000Z","entry":${deep}`;
    const digest = createHash('sha256').update(head).digest('hex');
    fs.writeFileSync(file, `${head},"digest":"${digest}"}\n`);
    brokenAt(context, file, 1);
  });
});

/** Rewrites an entry with a record digest that fits, as somebody who covers their tracks would. */
function forge(context: Context, file: string, change: (entry: LogEntry) => void): void {
  const entry = decodeRecord(logKind, fs.readFileSync(file), file);
  change(entry);
  fs.writeFileSync(file, encodeRecord(logKind, entry, context.ports.now()));
}

function brokenAt(context: Context, file: string, intact: number): void {
  assert.throws(
    () => listLog(context),
    error => {
      assert.ok(HoldfastError.is(error, 'CORRUPT'), String(error));
      assert.equal(error.path, file);
      if (error.details) assert.deepEqual(error.details, { intact });
      return true;
    },
  );
}

test('newest first, chained, private, and filtered by words', () => {
  inVault((context, fileOf) => {
    const { entries } = listLog(context);
    assert.deepEqual(
      entries.map(entry => entry.action),
      ['backup.create', 'snapshot.restore', 'snapshot.create', 'root.init'],
    );
    for (const [index, entry] of entries.entries()) {
      LogEntry.parse(entry);
      assert.equal(entry.prev, entries[index + 1]?.hash ?? null);
    }
    assert.deepEqual(entries[0]?.details, { files: 3, b: { 2: 'z', a: 1 } });
    assert.equal(listLog(context, { filter: 'RESTORE' }).total, 1);
    assert.equal(listLog(context, { limit: 2, desc: false }).entries[0]?.action, 'root.init');
    if (process.platform !== 'win32') assert.equal(fs.statSync(fileOf(1)).mode & 0o777, 0o600);
  });
});

test('a changed, a missing, a swapped and a damaged entry are named', () => {
  inVault((context, fileOf) => {
    forge(context, fileOf(2), entry => {
      entry.target = 'y';
    });
    brokenAt(context, fileOf(2), 1);
  });
  inVault((context, fileOf) => {
    fs.rmSync(fileOf(3));
    brokenAt(context, fileOf(3), 2);
  });
  inVault((context, fileOf) => {
    fs.copyFileSync(fileOf(2), fileOf(3));
    brokenAt(context, fileOf(3), 2);
  });
  inVault((context, fileOf) => {
    fs.truncateSync(fileOf(2), 40);
    brokenAt(context, fileOf(2), 1);
  });
});

test('behind a damaged entry the trail goes on, and the damage stays visible', () => {
  inVault((context, fileOf) => {
    fs.writeFileSync(fileOf(4), '');
    assert.equal(appendLog(context, { action: 'later', target: '' }), true);
    assert.ok(fs.existsSync(fileOf(5)));
    brokenAt(context, fileOf(4), 3);
  });
});

test('what has happened is not reported as failed because it could not be logged', () => {
  inVault(context => {
    const full = () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    const ports = { ...context.ports, fs: { ...context.ports.fs, writeSync: full } };
    assert.equal(appendLog({ ...context, ports }, { action: 'later', target: '' }), false);
    assert.equal(listLog(context).total, 4);
    assert.ok(fs.readdirSync(vaultPath(context, 'audit')).every(name => /^\d{12}\.json$/.test(name)));
  });
});

test('processes that write at once share one unbroken chain', async () => {
  using place = temporaryDirectory();
  const context = testContext(place.path);
  initRoot(context);
  const program = `
    import { testContext } from ${JSON.stringify(new URL('../../../test/fixtures/ports.ts', import.meta.url).href)};
    import { appendLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const context = testContext(${JSON.stringify(place.path)});
    for (let count = 0; count < 25; count++) appendLog(context, { action: 'race', target: String(process.pid) });`;
  const writers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  for (const [code] of await Promise.all(writers.map(writer => once(writer, 'exit')))) assert.equal(code, 0);
  assert.equal(listLog(context, { filter: 'race' }).total, 100);
});
