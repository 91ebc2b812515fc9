import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDigitalArticle } from '../test/fixtures/digital-article.ts';
import { tellMainJob } from './main-job.ts';
import { openInVsCode } from './open-vscode.ts';

/** `npm start`: builds, makes a sample workspace, and opens it in VS Code; with `--cli`, plays the main job instead. */
const project = join(import.meta.dirname, '..');
const build = spawnSync(process.execPath, [join(project, 'scripts/build.ts')], { cwd: project, stdio: 'inherit' });
if (build.status !== 0) process.exit(1);

if (process.argv.includes('--cli')) {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-tour-'));
  try {
    await tellMainJob(join(project, 'dist/holdfast.cjs'), scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
} else {
  // Kept between starts, so that what somebody tried is still there; remove `.sample` to begin anew.
  const folder = join(project, '.sample', 'digital-article');
  if (!existsSync(folder)) makeDigitalArticle(folder);
  await openInVsCode({ project, folder });
}
