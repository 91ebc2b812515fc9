import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { canary } from '../../../test/fixtures/digital-article.ts';
import type { ProfileView } from '../profile.ts';
import { legacySources } from './legacy.ts';

export function viewOf(place: string, root: string, env: Record<string, string> = {}): ProfileView {
  return {
    fs,
    platform: process.platform,
    env,
    home: '/home/of-a-test',
    workspace: place,
    root: path.join(place, root),
  };
}

/** Everything that `legacySources` says, by path, for comparing. */
export function sourcesIn(view: ProfileView) {
  const relative = (absolute: string) => path.relative(view.workspace, absolute).split(path.sep).join('/');
  const sources = legacySources(view);
  const entries = sources.flatMap(source => source.entries);
  assert.equal(new Set(entries.map(entry => entry.target)).size, entries.length, 'every entry has a place of its own');
  assert.ok(!JSON.stringify(sources).includes(canary), 'no secret is told');
  return {
    sources,
    entries,
    ids: sources.map(source => source.id),
    moves: Object.fromEntries(entries.map(entry => [relative(entry.source), entry.target])),
    notes: Object.fromEntries(entries.flatMap(entry => (entry.note ? [[relative(entry.source), entry.note]] : []))),
    omitted: Object.fromEntries(sources.flatMap(source => source.omitted.map(one => [one.path, one.reason]))),
    warnings: sources.flatMap(source => source.warnings.map(one => `${one.path}: ${one.message}`)),
    used: sources.flatMap(source => source.entries.flatMap(entry => entry.upgrade?.with ?? [])).map(relative),
  };
}
