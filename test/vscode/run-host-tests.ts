import { launchBrowser } from '../../scripts/vscode/browser.ts';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import { installVsCode } from '../../scripts/vscode/install.ts';
import type { Counts } from './counts.ts';
import { shapesWithTests } from './host-bundle.ts';
import { type HostLimits, runShape } from './host-run.ts';
import { project } from './project.ts';

const defaults: HostLimits = { startMs: 3 * 60_000, testsMs: 15 * 60_000 };

/**
 * Runs `test/host/<shape>/*.test.ts` in the extension host of a real VS Code, one window per shape, and prints only
 * what failed. The extension must have been built.
 */
export async function runHostTests(limits: HostLimits = defaults): Promise<Counts> {
  const names = shapesWithTests();
  if (names.length === 0) throw new Error('There are no host tests: test/host/<shape>/*.test.ts matches nothing.');
  const install = await installVsCode(project);
  const browser = await launchBrowser(project);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const name of names) {
      let run = await runShape(name, { install, browser, limits });
      // A window that never got as far as the tests says nothing about them: a slow machine gets a second try.
      if (!run.started) run = await runShape(name, { install, browser, limits });
      counts.passed += run.passed;
      counts.skipped += run.skipped;
      counts.failed += run.failures.length;
      for (const { title, stack } of run.failures) print(`host/${name} › ${title}`, stack);
      if (run.problem !== undefined) {
        counts.failed += 1;
        print(`host/${name} did not run to its end`, run.problem);
      }
    }
  } finally {
    await browser.close();
  }
  return counts;
}

function print(title: string, details: string): void {
  process.stdout.write(`✖ ${title}\n${details.trimEnd().replace(/^/gm, '  ')}\n\n`);
}

if (import.meta.main) {
  exitOnSignals();
  const { passed, failed, skipped } = await runHostTests();
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
