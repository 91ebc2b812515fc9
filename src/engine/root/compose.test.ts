// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are what is tested
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { findInCompose } from './compose.ts';

const home = path.resolve('/home/maria');

/** What the first file says, with paths relative to the workspace. */
function find(tree: Tree | string, env: Record<string, string> = {}) {
  using place = temporaryDirectory();
  makeTree(place.path, typeof tree === 'string' ? { 'compose.yaml': tree } : tree);
  const findings = findInCompose({ fs, env, home, workspace: place.path }, ['/app/data/workspace']);
  return findings.map(found =>
    'path' in found ? { ...found, path: path.relative(place.path, found.path).split(path.sep).join('/') } : found,
  );
}

const service = (...volumes: string[]) =>
  `services:\n  app:\n    volumes:\n${volumes.map(text => `      - ${text}\n`).join('')}`;
const pathOf = (text: string, env?: Record<string, string>) => {
  const found = find(text, env)[0]!;
  assert.ok('path' in found, JSON.stringify(found));
  return found.path;
};

test('bind mounts in both syntaxes, on the path itself or above it', () => {
  assert.equal(pathOf(service('./state:/app/data/workspace')), 'state');
  assert.equal(pathOf(service('./state:/app/data/workspace:ro,z')), 'state');
  assert.equal(pathOf(service('./data:/app/data/')), 'data/workspace');
  assert.equal(pathOf(service('.:/app')), 'data/workspace');
  assert.equal(pathOf(service('{type: bind, source: ./data, target: /app/data}')), 'data/workspace');
  assert.equal(pathOf(service('"./with space:/app/data"')), 'with space/workspace');
});

test('of several container paths the first that something is mounted on counts', () => {
  using place = temporaryDirectory();
  const found = (text: string) => {
    makeTree(place.path, { 'compose.yaml': text });
    const [one] = findInCompose({ fs, env: {}, home, workspace: place.path }, ['/new/data', '/old/data']);
    return one && 'path' in one ? path.relative(place.path, one.path) : one;
  };
  assert.equal(found(service('./b:/old/data')), 'b');
  assert.equal(found(service('./b:/old/data', './a:/new/data')), 'a');
  assert.equal(found(service('volume:/new/data', './b:/old/data')), 'b');
  assert.deepEqual(found(service('./c:/logs')), {
    file: 'compose.yaml',
    unset: 'compose.yaml mounts nothing on /new/data or /old/data.',
  });
});

test('the nearest mount owns the path, in whatever order they stand', () => {
  assert.equal(pathOf(service('./near:/app/data', './far:/app')), 'near/workspace');
  assert.equal(pathOf(service('./far:/app', './near:/app/data', './logs:/app/logs')), 'near/workspace');
});

test('anchors and merge keys are followed', () => {
  const text = 'x-base: &base\n  volumes: ["./state:/app/data/workspace"]\nservices:\n  app:\n    <<: *base\n';
  assert.equal(pathOf(text), 'state');
});

test('home, absolute and Windows sources', () => {
  using place = temporaryDirectory();
  const source = (text: string) => {
    makeTree(place.path, { 'compose.yaml': service(text) });
    const found = findInCompose({ fs, env: {}, home, workspace: place.path }, ['/app/data/workspace'])[0]!;
    return 'path' in found ? found.path : found;
  };
  assert.equal(source('~/state:/app/data/workspace'), path.resolve('/home/maria/state'));
  assert.equal(source('/srv/state:/app/data/workspace'), path.resolve('/srv/state'));
  assert.equal(source("'C:\\state:/app/data/workspace'"), path.resolve(place.path, 'C:\\state'));
});

test('variables come from the environment, then .env, then their default', () => {
  const text = service('"${DATA_DIR:-./usual}:/app/data"');
  assert.equal(pathOf(text), 'usual/workspace');
  assert.equal(pathOf(text, { DATA_DIR: './own' }), 'own/workspace');
  const fromFile = find({ 'compose.yaml': text, '.env': '# here\nexport DATA_DIR="./file" # why\n' })[0]!;
  assert.ok('path' in fromFile && fromFile.path === 'file/workspace');
  const missing = find(service('"$DATA_DIR/x:/app/data"'))[0]!;
  assert.ok('problem' in missing && missing.problem.includes('DATA_DIR is not set'));
});

test('a named volume is reported and never guessed, also when a bind lies above it', () => {
  for (const text of [
    service('app-data:/app/data'),
    service('./far:/app', 'app-data:/app/data'),
    service('{type: volume, source: app-data, target: /app/data}'),
  ]) {
    const found = find(text)[0]!;
    assert.ok('unusable' in found && found.unusable.includes('the named volume app-data'), JSON.stringify(found));
    assert.equal(found.value, 'app-data');
  }
  assert.ok('unusable' in find(service('/app/data'))[0]!);
  assert.ok('unusable' in find(service('{type: tmpfs, target: /app/data}'))[0]!);
});

test('a mount below the path is only a part of the root', () => {
  const found = find(service('./uploads:/app/data/workspace/uploads'))[0]!;
  assert.ok('unusable' in found && found.unusable.includes('only a part'));
});

test('services that agree are one answer, services that differ are a problem', () => {
  const two = (first: string, second: string) =>
    `services:\n  a: {volumes: ["${first}"]}\n  b: {volumes: ["${second}"]}\n  c: {image: x}\n`;
  assert.equal(pathOf(two('./data:/app/data', './data/workspace:/app/data/workspace')), 'data/workspace');
  assert.ok('problem' in find(two('./one:/app/data', './two:/app/data'))[0]!);
});

test('broken YAML is a problem with its line; odd shapes are no mounts', () => {
  const broken = find('services:\n  app:\n    volumes: ["./a:/app/data"\n')[0]!;
  assert.ok('problem' in broken && /line \d/.test(broken.problem), JSON.stringify(broken));
  for (const text of [
    '',
    'services:',
    'services: []',
    'services: {app: 3}',
    'services: {app: {volumes: {a: b}}}',
    'a string',
  ]) {
    assert.ok('unset' in find(text)[0]!, text);
  }
  for (const volume of ['3', 'null', '[a]', '{target: 3}', '{source: ./x}', '""', '":"']) {
    assert.ok('unset' in find(service(volume))[0]!, volume);
  }
});

test('aliases that refer to too much are a problem, not a full memory', () => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const one = level === 0 ? 'x' : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array(10).fill(one).join(', ')}]`;
  });
  assert.ok('problem' in find(levels.join('\n'))[0]!);
});

test('Docker Compose reads one file; the others are reported', () => {
  const found = find({ 'docker-compose.yml': service('./b:/app/data'), 'compose.yml': service('./a:/app/data') });
  assert.deepEqual(
    found.map(one => [one.file, 'path' in one ? one.path : 'unset' in one]),
    [
      ['compose.yml', 'a/workspace'],
      ['docker-compose.yml', true],
    ],
  );
  assert.deepEqual(find({}), [{ file: 'compose.yaml', unset: 'There is no compose file.' }]);
});
