import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './install-once.ts';
import { npmInstall } from './npm-install.ts';

const codeServer = '4.139.1';

export interface VsCodeInstall {
  /** The directory of the VS Code server inside code-server's package. */
  readonly dir: string;
  /** The program to run with Node 24. */
  readonly main: string;
}

/**
 * The VS Code server from the npm package `code-server`, kept in `<project>/.vscode-test/` and installed on first use.
 * It is no dependency of the project: it weighs 600 MB and only tests and `npm start` want it.
 */
export async function installVsCode(project: string): Promise<VsCodeInstall> {
  const home = join(project, '.vscode-test', `code-server-${codeServer}`);
  const vscode = (root: string) => join(root, 'node_modules', 'code-server', 'lib', 'vscode');
  await installOnce(home, async dir => {
    process.stderr.write('Installing VS Code (once, about 600 MB)…\n');
    // npm installs into the nearest directory above that has a package.json: this one keeps it here.
    writeFileSync(join(dir, 'package.json'), '{"private":true}\n');
    await npmInstall(dir, [`code-server@${codeServer}`]);
    // code-server's own install script would do this, and compile native modules that tests can do without.
    await npmInstall(vscode(dir), ['--omit=dev']);
  });
  return { dir: vscode(home), main: join(vscode(home), 'out', 'server-main.js') };
}
