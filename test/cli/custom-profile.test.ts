import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { ApplyResult, MigrationPlan, UndoResult } from '../../src/protocol/migrations.ts';
import { RootInfo } from '../../src/protocol/root.ts';
import { SessionList } from '../../src/protocol/sessions.ts';
import { canary } from '../fixtures/digital-article.ts';
import { readTree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/migrations/custom.md'), 'utf8');

/** The profile that the page shows, and what it says that a plan makes of it. */
function example(): { profile: string; rows: [from: string, to: string][] } {
  const profile = /```json\n(.*?)```/s.exec(page)?.[1];
  assert.ok(profile);
  const table = page.slice(page.indexOf('| from '), page.indexOf('```sh'));
  const rows = [...table.matchAll(/^\| `(.+?)` +\| (.+?) +\|$/gm)].map(
    ([, from, to]) => [from, to?.replaceAll('`', '')] as [string, string],
  );
  assert.equal(rows.length, 8);
  return { profile, rows };
}

function contentOf(from: string): string {
  if (from.endsWith('key')) return canary;
  if (!from.endsWith('.json')) return from;
  return JSON.stringify({ booking: { subject: `Journey ${from}`, by: 'Kim' }, saved_at: '2026-02-03 10:00:00' });
}

test('the example of the documentation does what the page says', t => {
  const { run, done, folder, home, write } = newWorkspace(t);
  const { profile, rows } = example();
  write({ 'holdfast.profile.json': profile });
  for (const [from] of rows) {
    const file = path.join(
      from.startsWith('~') ? home : folder,
      from.replace(/^~\//, ''),
      from.endsWith('/') ? 'x' : '',
    );
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contentOf(from));
  }
  const before = readTree(folder, { directoryTimes: true });
  const root = path.join(folder, 'var/tally');
  const printed: string[] = [];
  const finished = (...args: string[]) => {
    const result = run(...args);
    printed.push(result.stdout, result.stderr);
    // 3: done, with omissions listed.
    assert.ok(result.status === 0 || result.status === 3, result.stdout + result.stderr);
    return result;
  };

  const info = finished('root', 'show', '--json').json(RootInfo);
  assert.deepEqual([info.profile, info.root, info.source.kind], ['tally', root, 'default']);
  assert.ok(info.candidates.some(({ name }) => name === 'TALLY_DATA'));
  assert.equal(info.areas.find(({ id }) => id === 'keys')?.secret, true);
  assert.equal(
    finished('session', 'list', '--json')
      .json(SessionList)
      .sessions.filter(one => one.legacy).length,
    2,
  );
  assert.deepEqual(readTree(folder, { directoryTimes: true }), before, 'looking changes nothing');

  const plan = finished('migrate', 'plan', '--json').json(MigrationPlan);
  const shown = (from: string) => from.replace(/^~/, home).replace(/\/$/, '');
  const moved = rows.filter(([, to]) => !to.startsWith('left out'));
  assert.deepEqual(
    Object.fromEntries(plan.items.map(item => [item.source, item.target])),
    Object.fromEntries(moved.map(([from, to]) => [shown(from), to])),
  );
  assert.deepEqual(
    Object.fromEntries(
      plan.omitted.map(({ path: at, reason }) => [at, /exclude/.test(reason) ? 'excluded' : 'not named']),
    ),
    Object.fromEntries(
      rows
        .filter(([, to]) => to.startsWith('left out'))
        .map(([from, to]) => [shown(from), to.replace('left out: ', '')]),
    ),
  );
  assert.match(plan.warnings[0]!.message, /TALLY_SHARE is not set/);
  finished('migrate', 'plan');

  const applied = finished('migrate', 'apply', '--json').json(ApplyResult);
  assert.equal(applied.copied, moved.length);
  for (const [from, to] of moved) assert.equal(readFileSync(path.join(root, to), 'utf8'), contentOf(from));
  if (process.platform !== 'win32') assert.equal(statSync(path.join(root, 'keys/signing')).mode & 0o077, 0);

  const { sessions } = finished('session', 'list', '--json').json(SessionList);
  assert.deepEqual(
    sessions
      .map(({ id, title, owner, updatedAt, legacy }) => ({ id, title, owner, updatedAt, legacy }))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    ['2026-01', '2026-02'].map(id => ({
      id,
      title: `Journey bookings/${id}.json`,
      owner: 'Kim',
      updatedAt: '2026-02-03T10:00:00.000Z',
      legacy: false,
    })),
  );
  const { backup } = finished('backup', 'create', '--json').json(BackupResult);
  assert.equal(backup.scope.secrets, false);
  assert.ok(
    backup.omitted.some(({ path: at }) => at.startsWith('keys')),
    'left out, and listed so',
  );
  assert.equal(backup.files, moved.length - 1);
  assert.ok(existsSync(backup.file));

  finished('migrate', 'undo', 'latest', '--json').json(UndoResult);
  const others = Object.entries(readTree(folder, { directoryTimes: true })).filter(
    ([at]) => at.split('/')[0] !== 'var',
  );
  assert.deepEqual(others, Object.entries(before));
  assert.ok(!existsSync(path.join(root, 'keys')));
  done('root', 'show');
  assert.ok(!printed.join('').includes(canary), 'a secret was printed');
});

test('a profile that cannot be used stops every command, and names the field', t => {
  const { run, write, folder } = newWorkspace(t);
  const { profile } = example();
  write({ 'holdfast.profile.json': profile.replace('"globs": ["keys/**"]', '"globs": "keys/**"') });
  for (const words of [['root', 'show'], ['status'], ['migrate', 'plan'], ['guard', '--', process.execPath, '-v']]) {
    const result = run('--json', ...words);
    assert.equal(result.status, 1, words.join(' '));
    const error = result.error();
    assert.equal(error.code, 'INVALID_CONFIG');
    assert.match(error.message, /areas\[0\]\.globs must be a list/);
  }
  assert.deepEqual(Object.keys(readTree(folder)), ['holdfast.profile.json']);
});
