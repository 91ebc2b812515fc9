import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** Runs `npm install` in `dir`. Scripts are never run: nothing that is installed here needs a compiler. */
export async function npmInstall(dir: string, args: string[]): Promise<void> {
  // `npm run` says where its own npm-cli.js lies. Another package manager puts its own program into the same variable.
  const cli = process.env.npm_execpath;
  const isNpm = cli !== undefined && basename(cli).startsWith('npm-cli');
  const [command, prefix] = isNpm ? [process.execPath, [cli]] : ['npm', []];
  const argv = [...prefix, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args];
  const npm = spawn(command, argv, {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm is a .cmd on Windows, which only a shell can start.
    shell: !isNpm && process.platform === 'win32',
    timeout: 15 * 60_000,
  });
  let said = '';
  npm.stdout.on('data', chunk => (said += chunk));
  npm.stderr.on('data', chunk => (said += chunk));
  const end = await new Promise<string>(resolve => {
    npm.once('error', error => resolve(error.message));
    npm.once('close', (code, signal) => resolve(signal ?? (code === 0 ? '' : `exit code ${code}`)));
  });
  if (end === '') return;
  throw new Error(
    `npm install ${args.join(' ')} failed in ${dir} (${end}).\n${said.trim()}\n` +
      'Check that npm reaches its registry (npm ping), then run the same command again.',
  );
}
