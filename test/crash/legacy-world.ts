import path from 'node:path';
import type { Context } from '../../src/engine/context.ts';
import type { Ports } from '../../src/engine/ports.ts';
import type { ApplyMigration } from '../../src/protocol/migrations.ts';
import { type AtlasState, atlasStates, makeAtlas } from '../fixtures/atlas.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { makeDoco } from '../fixtures/doco.ts';
import { testContext } from '../fixtures/ports.ts';
import { directory, file, link, makeTree, type ReadEntry, readTree, type Tree } from '../fixtures/tree.ts';
import { makeUploadsJson } from '../fixtures/uploads-json.ts';
import { makeWebviz } from '../fixtures/webviz.ts';
import type { Random } from './random.ts';

export type Found = Record<string, ReadEntry>;

/** A directory with a workspace that has legacy state, in it and around it, some of which is in the root already. */
export interface LegacyWorld {
  base: string;
  /** Relative to the base. */
  root: string;
  /** What it is, for the message of a failure. */
  kind: string;
  /** What a migration of it is asked for. */
  wish: Pick<ApplyMigration, 'from' | 'set'>;
  /** Relative to the base: directories of which each file has to come along, or be listed. */
  sources: string[];
}

export function openWorld({ base }: Pick<LegacyWorld, 'base'>, ports: Partial<Ports> = {}): Context {
  return testContext(`${base}/app`, { ...ports, home: `${base}/home` });
}

/** All that lies there with all times, except in the vault. */
export function stateOf({ base, root }: LegacyWorld): Found {
  return readTree(base, { except: [`${root}/.holdfast`], directoryTimes: true, linkTimes: true });
}

export function makeLegacyWorld(base: string, random: Random): LegacyWorld {
  makeTree(base, { app: {}, home: {} }, { mtime: 1_500_000_000_000 });
  const kind = random.below(10);
  const make = kind === 0 ? ofApplication : kind < 5 ? withOwnProfile : withNamedDirectories;
  return { base, ...make(base, random), root: path.relative(base, openWorld({ base }).root) };
}

type Made = Omit<LegacyWorld, 'base' | 'root'>;

function withNamedDirectories(base: string, random: Random): Made {
  const sources = ['old', 'app/data/older', 'home/oldest'].slice(0, 1 + random.below(3));
  const target = random.pick(['', '', 'taken over/here']);
  const inRoot: Tree = {};
  for (const source of sources) {
    const { legacy, root } = overlappingTrees(random, 0);
    makeTree(`${base}/${source}`, legacy, { mtime: someTime(random) });
    Object.assign(inRoot, root);
  }
  makeRoot(base, random, target, inRoot);
  const from = sources.map(source => `${base}/${source}`);
  return { kind: 'directories', wish: { from, set: target === '' ? {} : { target } }, sources };
}

function withOwnProfile(base: string, random: Random): Made {
  const places = [
    { source: 'app/old', path: 'old', to: '' },
    { source: 'home/.app', path: '~/.app', to: 'from home' },
    { source: 'keys', path: '../keys', to: 'keys' },
  ].slice(0, 1 + random.below(3));
  const inRoot: Tree = {};
  for (const { source, to } of places) {
    const { legacy, root } = overlappingTrees(random, 0);
    makeTree(`${base}/${source}`, legacy, { mtime: someTime(random) });
    if (to === '') Object.assign(inRoot, root);
    else inRoot[to] = root;
  }
  makeRoot(base, random, '', inRoot);
  const profile = {
    id: 'own',
    title: 'Of its own',
    areas: [
      { id: 'keys', title: 'Keys', secret: true, globs: ['keys/**'] },
      { id: 'all', title: 'All', globs: ['**'] },
    ],
    legacy: places.map(({ path: place, to }, index) => ({ id: `place-${index}`, title: 'A place', path: place, to })),
  };
  makeTree(`${base}/app`, { 'holdfast.profile.json': JSON.stringify(profile) }, { mtime: someTime(random) });
  return { kind: 'own profile', wish: {}, sources: places.map(({ source }) => source) };
}

function ofApplication(base: string, random: Random): Made {
  const applications: Record<string, () => unknown> = {
    atlas: () => makeAtlas(`${base}/app`, { state: random.pick(Object.keys(atlasStates) as AtlasState[]) }),
    'digital-article': () => makeDigitalArticle(`${base}/app`),
    doco: () => makeDoco(`${base}/app`),
    'uploads-json': () => makeUploadsJson(`${base}/app`),
    webviz: () => makeWebviz(`${base}/app`),
  };
  const kind = random.pick(Object.keys(applications));
  applications[kind]!();
  return { kind, wish: {}, sources: [] };
}

/** Sometimes it does not exist yet. */
function makeRoot(base: string, random: Random, target: string, tree: Tree): void {
  if (random.below(6) === 0) return;
  const mtime = someTime(random);
  makeTree(path.join(base, 'app/data/workspace', target), tree, { mtime });
  makeTree(`${base}/app/data/workspace`, { 'only here': someText(random), 'empty here': {} }, { mtime });
}

const names = [
  ...[
    'a',
    'b',
    'c.txt',
    'd.json',
    'notes.tar.gz',
    '.hidden',
    'with space',
    'line\nbreak',
    '😀',
    '-rf',
    'a\\b',
    '$HOME',
  ],
  // Two that look the same, bytes that are not UTF-8, and one as long as a name can be.
  ...['é', 'e\u0301', '\udcff', 'caf\udce9.csv', 'x'.repeat(255)],
];

/** A legacy tree, and what the root has of it already: the same, something else, or nothing. */
function overlappingTrees(random: Random, depth: number): { legacy: Tree; root: Tree } {
  const legacy: Tree = {};
  const root: Tree = {};
  for (let count = random.below(depth === 0 ? 8 : 4); count > 0; count--) {
    const there = random.below(10);
    const kind = random.below(10);
    const name = random.pick(names);
    if (Object.hasOwn(legacy, name)) continue;
    if (kind < 6) {
      const [text, mode, mtime] = [someText(random), someMode(random), someTime(random)];
      legacy[name] = file(text, { mode, mtime });
      if (there === 0) root[name] = file(text, { mode, mtime });
      if (there === 1) root[name] = file(text, { mode: someMode(random), mtime: someTime(random) });
      if (there === 2 || there === 3) root[name] = file(someText(random), { mode, mtime: someTime(random) });
      if (there === 4) root[name] = random.pick([{}, { inside: 'x' }, link('only here')]);
    } else if (kind === 6) {
      legacy[name] = link(someTarget(random));
      if (there < 3) root[name] = link(someTarget(random));
      if (there === 3) root[name] = someText(random);
    } else if (depth < 3) {
      const inner = overlappingTrees(random, depth + 1);
      const attributes = () => ({ mode: random.pick([0o755, 0o700]), mtime: someTime(random) });
      legacy[name] = directory(inner.legacy, attributes());
      if (there < 6) root[name] = directory(inner.root, attributes());
      if (there === 6) root[name] = someText(random);
    } else legacy[name] = {};
  }
  return { legacy, root };
}

function someTarget(random: Random): string {
  return random.pick(['a', '../b', 'nowhere', '.', '/etc/hostname', 'caf\udce9.csv']);
}

function someMode(random: Random): number {
  return random.pick([0o644, 0o600, 0o755, 0o444, 0o400, 0o664]);
}

/** Milliseconds since 1970; also before it, and beyond 32 bits of seconds. */
function someTime(random: Random): number {
  return random.pick([1_600_000_000_123, 1_650_000_000_456, 1_700_000_000_000, 0, -86_400_001, 4_398_046_511_104]);
}

function someText(random: Random): string {
  const kind = random.below(80);
  // More than one object of the vault.
  if (kind === 0) return 'x'.repeat(1_200_000 + random.below(2));
  if (kind < 12) return '';
  return `text ${random.below(4)}\n`.repeat(1 + random.below(3));
}
