import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { RootInfo } from '../../src/protocol/root.ts';
import { hostileJson } from '../fixtures/hostile-json.ts';
import { measuredRuns } from './measured.ts';
import { newWorkspace } from './workspace.ts';

/** Files that may name the root, and the profile that reads them. */
const files: Record<string, string[]> = {
  'config.json': ['--profile', 'digital-article'],
  'compose.yaml': ['--profile', 'digital-article'],
  '.vscode/settings.json': [],
  'holdfast.profile.json': [],
};

const aliases = `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`).join('\n')}\nservices: *a40\n`;
const contents: Record<string, string | Buffer> = {
  'deep lists': hostileJson['deep lists']!,
  'deep and cut': hostileJson['deep and cut']!,
  truncated: hostileJson.truncated!,
  'UTF-16': hostileJson['UTF-16']!,
  'aliases of aliases': aliases,
  large: `[${'1,\n'.repeat(1_000_000)}1]`,
};

suite('configuration that nobody meant to write', { concurrency: 2 }, () => {
  for (const [name, profile] of Object.entries(files)) {
    test(`${name} that cannot be understood stops with its name and the reason`, t => {
      const workspace = newWorkspace(t);
      const run = measuredRuns(workspace);
      const place = path.join(workspace.folder, name);
      mkdirSync(path.dirname(place), { recursive: true });
      const check = (kind: string) => {
        const error = run(['migrate', 'plan', ...profile, '--json'], [1]).error();
        assert.equal(error.code, 'INVALID_CONFIG', kind);
        assert.match(error.message, new RegExp(`${path.basename(name)} [a-z]`), kind);
      };
      for (const [kind, content] of Object.entries(contents)) {
        writeFileSync(place, content);
        check(kind);
      }
    });

    test(`${name} that is a pipe is not waited for`, { skip: process.platform === 'win32' }, t => {
      const workspace = newWorkspace(t);
      mkdirSync(path.dirname(path.join(workspace.folder, name)), { recursive: true });
      execFileSync('mkfifo', [path.join(workspace.folder, name)]);
      const error = measuredRuns(workspace)(['root', 'show', ...profile, '--json'], [1]).error();
      assert.deepEqual([error.code, /it is not a file/.test(error.message)], ['INVALID_CONFIG', true]);
    });
  }

  test('a byte order mark and keys like __proto__ do no harm', t => {
    const workspace = newWorkspace(t);
    const text = '\ufeff{"__proto__": {"paths": {"workspace_dir": "wrong"}}, "paths": {"workspace_dir": "state"}}';
    workspace.write({ 'config.json': text });
    const { root, source } = workspace.done('root', 'show', '--json').json(RootInfo);
    assert.deepEqual([root, source.kind], [path.join(workspace.folder, 'state'), 'config']);
  });
});
