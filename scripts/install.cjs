// Runs before every `npm start` and `npm test`, on whatever Node is installed (20 or newer), before anything of the
// project is there: hence CommonJS and no imports but Node's own. Installs when the lock file is newer than the install.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const project = path.dirname(__dirname);
const lock = readFileSync(path.join(project, 'package-lock.json'), 'utf8');
const stamp = path.join(project, 'node_modules', '.holdfast-installed');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  process.stderr.write('Installing dependencies…\n');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const run = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    encoding: 'utf8',
    shell: !npm && process.platform === 'win32',
  });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}\nnpm ci failed.\n`);
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
