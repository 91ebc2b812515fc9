import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportLine, formatBytes, periodOf, shortPath } from './format.ts';

test('sizes have the unit that fits them', () => {
  assert.equal(formatBytes(0, 'en'), '0 bytes');
  assert.equal(formatBytes(1, 'en'), '1 byte');
  assert.equal(formatBytes(999, 'en'), '999 bytes');
  assert.equal(formatBytes(1500, 'en'), '1.5 kB');
  assert.equal(formatBytes(40_000_000, 'en'), '40 MB');
  assert.equal(formatBytes(123_456_789_012_345, 'en'), '123 TB');
});

test('a time belongs to the period of its calendar day', () => {
  const now = new Date(2026, 2, 10, 0, 30);
  const at = (...parts: [number, number, number, number]) => periodOf(new Date(...parts).toISOString(), now, 'en');
  assert.equal(at(2026, 2, 10, 0).kind, 'today');
  assert.equal(at(2026, 2, 9, 23).kind, 'yesterday');
  assert.equal(at(2026, 2, 8, 23).kind, 'week');
  assert.equal(at(2026, 2, 4, 0).kind, 'week');
  assert.deepEqual(at(2026, 2, 3, 23), { kind: 'month', key: '2026-03', name: 'March 2026' });
  assert.deepEqual(at(2025, 11, 31, 12), { kind: 'month', key: '2025-12', name: 'December 2025' });
});

test('paths are shortened only at their own boundaries', () => {
  assert.equal(shortPath('/work/app/data/workspace', '/work/app', '/home/me'), 'data/workspace');
  assert.equal(shortPath('/work/application', '/work/app', '/home/me'), '/work/application');
  assert.equal(shortPath('/home/me/state', '/work/app', '/home/me'), '~/state');
  assert.equal(shortPath('/state', '/', '/'), '/state');
});

test('the line that sets the root survives any path', () => {
  assert.equal(exportLine("/it's here", 'linux'), "export HOLDFAST_ROOT='/it'\\''s here'");
  assert.equal(exportLine("C:\\it's", 'win32'), "$env:HOLDFAST_ROOT = 'C:\\it''s'");
});
