import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { installVsCode } from '../../scripts/vscode/install.ts';

const project = join(import.meta.dirname, '../..');

/** The bundles that `npm test` has just built for production. */
suite('package', () => {
  let scratch: string;
  let vsix: string;

  before(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-package-')));
    vsix = join(scratch, 'holdfast.vsix');
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  const node = (...args: string[]) => {
    const run = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
    assert.equal(run.status, 0, `${args.join(' ')}\n${run.stdout}\n${run.stderr}`);
    return run.stdout;
  };
  const vsce = (...args: string[]) => node('node_modules/@vscode/vsce/vsce', ...args);

  test('holds what it needs and nothing else', () => {
    const listed = vsce('ls', '--no-dependencies').trim().split('\n').sort();
    const expected = readFileSync(join(import.meta.dirname, 'contents.txt'), 'utf8')
      .trim()
      .split('\n');
    assert.deepEqual(listed, expected, 'when this is meant, change test/package/contents.txt');
  });

  test('installs in VS Code', async () => {
    vsce('package', '--no-dependencies', '--allow-missing-repository', '--out', vsix);
    const { main } = await installVsCode(project);
    const directories = ['--server-data-dir', join(scratch, 'data'), '--extensions-dir', join(scratch, 'extensions')];
    node(main, ...directories, '--accept-server-license-terms', '--install-extension', vsix);
    const listed = node(main, ...directories, '--accept-server-license-terms', '--list-extensions', '--show-versions');
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    assert.match(listed, new RegExp(`^holdfast\\.holdfast@${version}$`, 'm'));
  });

  test('only the extension knows vscode', () => {
    for (const program of ['cli', 'holdfast', 'sidecar', 'worker']) {
      const { outputs, inputs } = JSON.parse(readFileSync(join(project, `dist/${program}.meta.json`), 'utf8'));
      const imports = Object.values(outputs).flatMap(output => (output as { imports: { path: string }[] }).imports);
      assert.ok(!imports.some(({ path }) => path === 'vscode'), `${program} imports vscode`);
      assert.deepEqual(
        Object.keys(inputs).filter(path => path.startsWith('src/extension/')),
        [],
      );
    }
  });

  test('the extension brings no engine and stays under 500 KB', () => {
    const { outputs } = JSON.parse(readFileSync(join(project, 'dist/extension.meta.json'), 'utf8'));
    const [{ inputs }] = Object.values(outputs) as [{ inputs: Record<string, { bytesInOutput: number }> }];
    const engine = Object.keys(inputs).filter(
      path => path.startsWith('src/engine/') && inputs[path]!.bytesInOutput > 0,
    );
    assert.deepEqual(engine, ['src/engine/errors.ts', 'src/engine/names.ts'], 'errors and how their paths are shown');
    assert.ok(statSync(join(project, 'dist/extension.cjs')).size <= 500_000);
  });
});
