import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestOptions, test } from 'node:test';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/vscode/browser.ts';
import { type Environment, homeEnvironment, offlineEnvironment } from '../../scripts/vscode/environment.ts';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import { installVsCode } from '../../scripts/vscode/install.ts';
import { linkExtension } from '../../scripts/vscode/link-extension.ts';
import { makeScratch } from '../../scripts/vscode/scratch.ts';
import { startServer, type VsCodeServer } from '../../scripts/vscode/server.ts';
import { quietSettings } from '../../scripts/vscode/settings.ts';
import { workbenchUrl } from '../../scripts/vscode/workbench-url.ts';
import { project } from '../vscode/project.ts';
import { Workbench } from './workbench.ts';

const startLimit = 180_000;

export interface VsCodeOptions {
  /** A directory to open, or a `.code-workspace` file in `workspace`, or neither. */
  readonly folder?: string;
  readonly workspace?: string;
  /** Opens in restricted mode. */
  readonly untrusted?: boolean;
  readonly settings?: Record<string, unknown>;
  readonly env?: Environment;
  /** Where the extension lies; the project itself unless a packaged one is to be shown. */
  readonly extensionDir?: string;
  readonly size?: { readonly width: number; readonly height: number };
}

export interface VsCodePage {
  readonly page: Page;
  readonly workbench: Workbench;
  readonly server: VsCodeServer;
  /** A second window on the same server; pictures are of the last one opened. */
  openAnother(place: { folder?: string | undefined; workspace?: string | undefined }): Promise<Page>;
  /** Saves a picture under `.vscode-test/screenshots/` and returns its path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

/** A VS Code with the extension in it, seen through a browser and ready to be used. */
export async function openVsCode(options: VsCodeOptions): Promise<VsCodePage> {
  exitOnSignals();
  const install = await installVsCode(project);
  const scratch = makeScratch();
  const home = join(scratch.dir, 'home');
  mkdirSync(home);
  const closers: (() => unknown)[] = [() => scratch.remove()];
  const close = async () => {
    // The last opened first; each only once, and all of them even if one fails.
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const { folder, workspace, extensionDir = project } = options;
    linkExtension(extensionDir, scratch.extensionsDir);
    const server = await startServer({
      install,
      serverDataDir: scratch.serverDataDir,
      extensionsDir: scratch.extensionsDir,
      disableTrust: !options.untrusted,
      settings: { ...quietSettings, ...options.settings },
      env: { ...scratch.env, ...offlineEnvironment, ...homeEnvironment(home), ...options.env },
    });
    closers.push(server.stop);
    const browser = await launchBrowser(project);
    closers.push(() => browser.close());
    let last: Page;
    const openAnother: VsCodePage['openAnother'] = async place => {
      last = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } });
      last.setDefaultTimeout(30_000);
      await last.goto(workbenchUrl(server.url, place), { timeout: startLimit });
      await untilReady(last);
      return last;
    };
    const page = await openAnother({ folder, workspace });
    return {
      page,
      workbench: new Workbench(page),
      server,
      close,
      openAnother,
      screenshot: name => screenshot(last, name),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A node:test test with a VS Code of its own, which is closed afterwards, and pictured when the test fails. */
export function vscodeTest(
  name: string,
  open: () => VsCodeOptions | Promise<VsCodeOptions>,
  run: (vscode: VsCodePage) => Promise<void>,
  options: TestOptions = {},
): void {
  test(name, { timeout: 5 * 60_000, ...options }, async () => {
    const vscode = await openVsCode(await open());
    try {
      await run(vscode);
    } catch (error) {
      const picture = await vscode.screenshot(`failed ${name}`).catch(failure => `none (${failure.message})`);
      throw new Error(`${(error as Error).message}\nPicture of the window: ${picture}`, { cause: error });
    } finally {
      await vscode.close();
    }
  });
}

/** VS Code marks in the page's timeline when the workbench with all its parts stands, and the extensions are known. */
async function untilReady(page: Page): Promise<void> {
  const marks = ['code/didStartWorkbench', 'code/didLoadExtensions'];
  await page.waitForFunction(names => names.every(name => performance.getEntriesByName(name).length > 0), marks, {
    timeout: startLimit,
  });
}

async function screenshot(page: Page, name: string): Promise<string> {
  const file = `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`;
  const path = join(project, '.vscode-test', 'screenshots', file);
  await page.screenshot({ path, animations: 'disabled' });
  return path;
}
