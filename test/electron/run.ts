import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import { makeScratch } from '../../scripts/vscode/scratch.ts';
import { quietSettings } from '../../scripts/vscode/settings.ts';
import { resultsVariable } from '../host/results.ts';
import { workspaces } from '../host/workspaces.ts';
import { bundleHostTests, shapesWithTests } from '../vscode/host-bundle.ts';
import { type HostResults, readHostResults } from '../vscode/host-results.ts';
import { project } from '../vscode/project.ts';
import { type Shape, type ShapeName, shapes } from '../vscode/shapes.ts';

// The host tests in the VS Code that users have: `npm run test:electron`. Needs the network, and on Linux a display
// (xvfb-run -a). VSCODE_VERSION chooses the version; the oldest that package.json allows is worth a run of its own.
exitOnSignals();
const vscodeExecutablePath = await downloadAndUnzipVSCode({
  version: process.env.VSCODE_VERSION ?? 'stable',
  cachePath: join(project, '.vscode-test'),
  extensionDevelopmentPath: project,
});
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of shapesWithTests()) {
  // @vscode/test-electron trusts every workspace and offers no way not to.
  if (!shapes[name].trusted) continue;
  const { results, problem } = await runShape(name);
  counts.passed += results.passed;
  counts.skipped += results.skipped;
  counts.failed += results.failures.length;
  for (const { title, stack } of results.failures) process.stdout.write(`✖ electron/${name} › ${title}\n${stack}\n\n`);
  if (!results.ended) {
    counts.failed += 1;
    const where = results.running ? ` in "${results.running}"` : '';
    process.stdout.write(`✖ electron/${name} did not run to its end${where}: ${problem ?? 'VS Code closed'}\n`);
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function runShape(name: ShapeName): Promise<{ results: HostResults; problem: string | undefined }> {
  const shape: Shape = shapes[name];
  const bundle = await bundleHostTests(name);
  const scratch = makeScratch();
  const workspace = join(scratch.dir, 'workspace');
  const file = join(scratch.dir, 'results.jsonl');
  const userData = join(scratch.dir, 'user');
  mkdirSync(workspace);
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(quietSettings));
  try {
    await workspaces[name](workspace);
    const { folder, workspace: workspaceFile } = shape.open(workspace);
    const opened = workspaceFile ?? folder;
    const problem = await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: project,
      extensionTestsPath: bundle,
      extensionTestsEnv: { [resultsVariable]: file },
      // What VS Code opens comes first.
      launchArgs: [
        ...(opened ? [opened] : []),
        `--user-data-dir=${userData}`,
        `--extensions-dir=${scratch.extensionsDir}`,
        '--disable-extensions',
      ],
    }).then(
      () => undefined,
      // A failed test is in the results; anything else ended VS Code early.
      (error: unknown) =>
        error instanceof TestRunFailedError ? `exit code ${error.code ?? error.signal}` : String(error),
    );
    return { results: readHostResults(file, bundle), problem };
  } finally {
    scratch.remove();
  }
}
