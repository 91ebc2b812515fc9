import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install-once.ts';
import { npmInstall } from './npm-install.ts';

const version = '153.0.0';

export interface BundledChromium {
  readonly executable: string;
  readonly env: Record<string, string>;
}

/** The package ships a Linux x64 binary with the few libraries that a bare machine lacks. */
export const hasBundledChromium = process.platform === 'linux' && process.arch === 'x64';

/** Chromium from the npm package `@sparticuz/chromium`, unpacked on first use; needs no system packages. */
export async function installBundledChromium(project: string): Promise<BundledChromium> {
  const home = join(project, '.vscode-test', `chromium-${version}`);
  await installOnce(home, async dir => {
    process.stderr.write('Installing Chromium (once, about 200 MB)…\n');
    const packages = join(dir, 'package');
    await mkdir(packages);
    writeFileSync(join(packages, 'package.json'), '{"private":true}\n');
    await npmInstall(packages, [`@sparticuz/chromium@${version}`]);
    const unpacked = join(dir, 'unpacked');
    await mkdir(unpacked);
    await unpack(packages, unpacked);
    rmSync(packages, { recursive: true });
    renameSync(join(unpacked, 'chromium'), join(unpacked, 'headless-shell'));
    writeFileSync(join(unpacked, 'fonts.conf'), fontConfiguration);
  });
  const unpacked = join(home, 'unpacked');
  return {
    executable: join(unpacked, 'headless-shell'),
    env: {
      LD_LIBRARY_PATH: [join(unpacked, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_FILE: join(unpacked, 'fonts.conf'),
    },
  };
}

/** The machine's fonts where it has some, else the one that the package brings. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="relative">font-cache</cachedir>
</fontconfig>
`;

/**
 * The package unpacks into the system's temporary directory, and its libraries only on AWS Lambda. A process of its own
 * lets both be said in the environment.
 */
async function unpack(packages: string, into: string): Promise<void> {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: packages,
    env: { ...process.env, TMPDIR: into, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 5 * 60_000,
  });
  let said = '';
  child.stderr.on('data', chunk => (said += chunk));
  const end = await new Promise<number | string | null>(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  if (end !== 0)
    throw new Error(`Chromium could not be unpacked in ${into} (${end}). Is the disk full?\n${said.trim()}`);
}
