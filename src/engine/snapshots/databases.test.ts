import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import type { Snapshot } from '../../protocol/snapshots.ts';
import { createSnapshot } from './create.ts';
import { restoreSnapshot } from './restore.ts';

const name = 'state.db';

/** A database in the root; every transaction gives all of its rows, on a hundred pages and more, one number. */
class Writer {
  readonly database: DatabaseSync;
  constructor(place: Place, mode: 'WAL' | 'DELETE') {
    this.database = new DatabaseSync(`${place.root}/${name}`);
    this.database.exec(`PRAGMA journal_mode=${mode}; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=10; BEGIN`);
    this.database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, number INTEGER, filling TEXT)');
    const insert = this.database.prepare('INSERT INTO rows VALUES (?, 0, ?)');
    for (let id = 0; id < 600; id++) insert.run(id, 'x'.repeat(900));
    this.database.exec('COMMIT');
    this.empty();
  }

  write(number: number): void {
    this.database.exec(`UPDATE rows SET number = ${number}`);
  }

  /** The log, into the database. */
  empty(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  [Symbol.dispose](): void {
    this.database.close();
  }
}

/** The one number that all rows have in what a snapshot gives back. */
async function numberIn(place: Place, { id }: Snapshot): Promise<number> {
  const to = `${place.path}/restored-${id}`;
  await restoreSnapshot(place.context, id, { to }, {});
  using database = new DatabaseSync(`${to}/${name}`);
  const found = database.prepare('PRAGMA integrity_check').all();
  assert.deepEqual(
    found.map(one => one.integrity_check),
    ['ok'],
  );
  const numbers = database.prepare('SELECT DISTINCT number FROM rows').all();
  assert.equal(numbers.length, 1, 'one transaction and no part of another');
  return Number(numbers[0]!.number);
}

/** A snapshot during which something happens each time that a file of the root is about to be opened, or was just closed. */
function snapshotWhile(place: Place, file: string, happens: (time: number) => void): Promise<Snapshot> {
  let times = 0;
  const calls = filesWith('openSync', (...[path]: unknown[]) => {
    if (path === `${place.root}/${file}`) happens(++times);
  });
  return createSnapshot(place.open({ fs: calls }), {}, {});
}

describe('a database that is written to during a snapshot', () => {
  test('comes back as it was at one moment, whenever its log is emptied into it', async () => {
    for (const when of [1, 2, 3, 4]) {
      using place = placeWith();
      using writer = new Writer(place, 'WAL');
      writer.write(1);
      const snapshot = await snapshotWhile(place, `${name}-wal`, time => {
        if (time !== when) return;
        writer.write(2);
        writer.empty();
        writer.database.exec('CREATE INDEX numbers ON rows (number)');
      });
      assert.deepEqual(snapshot.skipped, []);
      assert.ok([1, 2].includes(await numberIn(place, snapshot)), `the ${when}. time`);
    }
  });

  test('comes back whole when a transaction ends between the reading of the two files', async () => {
    for (const when of [1, 2, 3]) {
      using place = placeWith();
      using writer = new Writer(place, 'DELETE');
      writer.database.exec('BEGIN');
      writer.write(1);
      const snapshot = await snapshotWhile(place, `${name}-journal`, time => {
        if (time === when) writer.database.exec('COMMIT');
      });
      assert.deepEqual(snapshot.skipped, []);
      await numberIn(place, snapshot);
    }
  });

  test('what is only added to its log meanwhile is no reason to read it again', async () => {
    using place = placeWith();
    using writer = new Writer(place, 'WAL');
    writer.write(1);
    const snapshot = await snapshotWhile(place, `${name}-wal`, time => writer.write(time + 1));
    assert.deepEqual(snapshot.skipped, []);
    assert.ok((await numberIn(place, snapshot)) >= 1);
  });

  test('and never stops changing is stored as read last, and listed; the next snapshot reads it again', async () => {
    using place = placeWith({ 'other.txt': 'x' });
    using writer = new Writer(place, 'WAL');
    writer.write(1);
    const snapshot = await snapshotWhile(place, `${name}-wal`, time => {
      writer.write(time + 1);
      writer.empty();
      writer.write(time + 2);
    });
    assert.deepEqual(
      snapshot.skipped.map(({ path }) => path),
      [name, `${name}-wal`],
    );
    assert.match(snapshot.skipped[0]!.reason, /database that changed each time/);
    const calm = await place.snapshot();
    assert.deepEqual(calm.skipped, []);
    assert.ok((await numberIn(place, calm)) > 2);
  });

  test('without the file where its newest changes are: the snapshot says so', async () => {
    using place = placeWith();
    using writer = new Writer(place, 'WAL');
    writer.write(1);
    const { skipped } = await createSnapshot(place.context, { paths: [name] }, {});
    assert.deepEqual(
      skipped.map(({ path }) => path),
      [name],
    );
    assert.match(skipped[0]!.reason, /without state\.db-wal/);
  });
});

test('databases at rest are captured like any file, and known to be unchanged afterwards', async () => {
  using place = placeWith({ 'a.db': 'no database', 'b-wal': 'a log of nothing', 'c.sqlite': { d: 'in a directory' } });
  using writer = new Writer(place, 'WAL');
  writer.write(1);
  const [first, second] = [await place.snapshot(), await place.snapshot()];
  assert.deepEqual([first.skipped, second.skipped], [[], []]);
  assert.equal(second.tree, first.tree);
  assert.equal(second.newBytes, 0);
  assert.equal(await numberIn(place, second), 1);
});
