import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { hasBundledChromium, installBundledChromium } from './bundled-chromium.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A headless browser: the one that CHROME_PATH names, else an installed one, else (Linux x64) the one from npm. An
 * installed browser that does not start, as from a broken or confined package, is passed over.
 */
export async function launchBrowser(project: string): Promise<Browser> {
  const named = process.env.CHROME_PATH;
  if (named) {
    return launch(named).catch(error => {
      throw new Error(`CHROME_PATH names ${named}, which does not start. Correct or unset it.\n${error.message}`);
    });
  }
  const failures: string[] = [];
  for (const executable of installedBrowsers()) {
    try {
      return await launch(executable);
    } catch (error) {
      failures.push(`${executable}: ${(error as Error).message}`);
    }
  }
  if (hasBundledChromium) {
    const { executable, env } = await installBundledChromium(project);
    return launch(executable, env);
  }
  throw new Error(
    ['No browser found. Install Chrome or Chromium, or name one in CHROME_PATH.', ...failures].join('\n'),
  );
}

function launch(executablePath: string, env: Record<string, string> = {}): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: flags,
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
}

function installedBrowsers(): string[] {
  return candidates().filter(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function candidates(): string[] {
  const downloaded = [chromium.executablePath()].filter(Boolean);
  switch (process.platform) {
    case 'darwin':
      return [
        ...['/Applications', join(homedir(), 'Applications')].flatMap(dir =>
          ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(name => join(dir, `${name}.app/Contents/MacOS/${name}`)),
        ),
        ...downloaded,
      ];
    case 'win32':
      return [
        ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
          .filter(dir => dir !== undefined)
          .flatMap(dir =>
            ['Google/Chrome', 'Chromium']
              .map(name => join(dir, name, 'Application', 'chrome.exe'))
              .concat(join(dir, 'Microsoft/Edge/Application/msedge.exe')),
          ),
        ...downloaded,
      ];
    default:
      return [
        ...(process.env.PATH ?? '')
          .split(delimiter)
          .filter(Boolean)
          .flatMap(dir =>
            ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge'].map(name =>
              join(dir, name),
            ),
          ),
        '/opt/google/chrome/chrome',
        '/snap/bin/chromium',
        ...downloaded,
      ];
  }
}
