import { pathToFileURL } from 'node:url';

export interface WorkbenchTarget {
  /** A directory to open. */
  readonly folder?: string | undefined;
  /** A `.code-workspace` file to open. */
  readonly workspace?: string | undefined;
  readonly connectionToken?: string | undefined;
  /** An extension to load, and a CommonJS module whose `run()` ends the window when it is done. Needs `testMode`. */
  readonly underTest?: { readonly extensionDir: string; readonly tests: string };
}

/** The address that opens the workbench. */
export function workbenchUrl(server: string, target: WorkbenchTarget): string {
  const url = new URL(server);
  const remote = (path: string) => `vscode-remote://${url.host}${pathToFileURL(path).pathname}`;
  const plain = (path: string) => decodeURIComponent(pathToFileURL(path).pathname);
  if (target.workspace) url.searchParams.set('workspace', plain(target.workspace));
  else if (target.folder) url.searchParams.set('folder', plain(target.folder));
  // Without this, the server opens the folder that it opened last.
  else url.searchParams.set('ew', 'true');
  if (target.connectionToken) url.searchParams.set('tkn', target.connectionToken);
  if (target.underTest) {
    const payload = [
      ['extensionDevelopmentPath', remote(target.underTest.extensionDir)],
      ['extensionTestsPath', remote(target.underTest.tests)],
    ];
    url.searchParams.set('payload', JSON.stringify(payload));
  }
  return url.href;
}
