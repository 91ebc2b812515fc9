import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { homeEnvironment, offlineEnvironment } from '../../scripts/vscode/environment.ts';
import type { VsCodeInstall } from '../../scripts/vscode/install.ts';
import { makeScratch } from '../../scripts/vscode/scratch.ts';
import { startServer, type VsCodeServer } from '../../scripts/vscode/server.ts';
import { quietSettings } from '../../scripts/vscode/settings.ts';
import { workbenchUrl } from '../../scripts/vscode/workbench-url.ts';
import { resultsVariable } from '../host/results.ts';
import { workspaces } from '../host/workspaces.ts';
import { bundleHostTests } from './host-bundle.ts';
import { type HostResults, readHostResults } from './host-results.ts';
import { project } from './project.ts';
import { type Shape, type ShapeName, shapes } from './shapes.ts';
import { serverMessages, WindowLog } from './window-log.ts';

export interface HostLimits {
  /** From opening the page until the first test begins. */
  readonly startMs: number;
  /** For all tests of a shape. */
  readonly testsMs: number;
}

export interface HostRun extends HostResults {
  /** Why the run ended early, with what is known about it. */
  readonly problem: string | undefined;
}

/** Runs the tests of one shape in a server, workspace and window of their own. */
export async function runShape(
  name: ShapeName,
  { install, browser, limits }: { install: VsCodeInstall; browser: Browser; limits: HostLimits },
): Promise<HostRun> {
  const shape: Shape = shapes[name];
  const bundle = await bundleHostTests(name);
  const scratch = makeScratch();
  const [workspace, home] = [join(scratch.dir, 'workspace'), join(scratch.dir, 'home')];
  for (const dir of [workspace, home]) mkdirSync(dir);
  const results = join(scratch.dir, 'results.jsonl');
  let server: VsCodeServer | undefined;
  try {
    await workspaces[name](workspace);
    server = await startServer({
      install,
      serverDataDir: scratch.serverDataDir,
      extensionsDir: scratch.extensionsDir,
      disableTrust: shape.trusted,
      testMode: true,
      settings: quietSettings,
      env: { ...scratch.env, ...offlineEnvironment, ...homeEnvironment(home), [resultsVariable]: results },
    });
    const url = workbenchUrl(server.url, {
      ...shape.open(workspace),
      underTest: { extensionDir: project, tests: bundle },
    });
    const read = () => readHostResults(results, bundle);
    const problem = await runInPage(browser, url, { name, server, limits, read });
    return { ...read(), problem };
  } finally {
    await server?.stop();
    scratch.remove();
  }
}

interface PageRun {
  readonly name: ShapeName;
  readonly server: VsCodeServer;
  readonly limits: HostLimits;
  read(): HostResults;
}

/** Opens the page, which starts the tests, and waits for their end. Returns what went wrong around them, if anything. */
async function runInPage(browser: Browser, url: string, run: PageRun): Promise<string | undefined> {
  const page = await browser.newPage();
  const log = new WindowLog();
  try {
    const exited = Promise.withResolvers<string | undefined>();
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) =>
      log.add(`[${type}] ${args.map(String).join(' ')}`),
    );
    await page.exposeFunction('codeAutomationExit', () => exited.resolve(undefined));
    page.on('pageerror', error => log.add(`[page] ${error.message}`));
    page.once('crash', () => exited.resolve('the browser page crashed'));
    page.once('close', () => exited.resolve('the browser page was closed'));
    const serverEnded = run.server.ended.then(() => 'the VS Code server ended by itself');
    const over = new AbortController();
    const outcome = await Promise.race([
      exited.promise,
      serverEnded,
      untilTimeIsUp(run, over.signal),
      page.goto(url, { timeout: run.limits.startMs }).then(() => exited.promise),
    ]).catch((error: Error) => error.message);
    over.abort();
    const { ended, started, running } = run.read();
    const early = started ? `the extension host ended${running ? ` in "${running}"` : ''}` : 'no test began';
    const problem = outcome ?? (ended ? undefined : `${early}, and the window closed`);
    if (problem === undefined) return undefined;
    const shot = await screenshot(page, `host-${run.name}`);
    const told = ['The window said last:', log, 'The server said last:', serverMessages(run.server.log())];
    return [problem, shot, ...told].join('\n');
  } finally {
    await page.close().catch(() => {});
  }
}

/** Settles with a message when a limit has passed; never when `signal` says that it is over. */
async function untilTimeIsUp({ limits, read }: PageRun, signal: AbortSignal): Promise<string> {
  const begin = Date.now();
  while (!signal.aborted) {
    const spent = Date.now() - begin;
    if (spent > Math.min(limits.startMs, limits.testsMs)) {
      const { started, running } = read();
      if (!started) return `no test began within ${Math.round(spent / 1000)} s of opening the window`;
      if (spent > limits.testsMs) {
        const where = running ? ` in "${running}"` : '';
        return `the tests took longer than ${limits.testsMs / 1000} s and were stopped${where}`;
      }
    }
    await delay(250, undefined, { signal, ref: false }).catch(() => {});
  }
  return '';
}

async function screenshot(page: Page, name: string): Promise<string> {
  const path = join(project, '.vscode-test', 'screenshots', `${name}.png`);
  return page.screenshot({ path, timeout: 20_000 }).then(
    () => `Picture of the window: ${path}`,
    error => `No picture of the window: ${error.message}`,
  );
}
