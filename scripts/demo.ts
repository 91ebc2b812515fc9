import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applications, tellMigration } from './migration-job.ts';

/** `npm run demo -- <profile>`: builds, and plays the migration of one application on the command line. */
const profile = process.argv[2] ?? '';
if (!Object.hasOwn(applications, profile)) {
  const known = Object.keys(applications).join(', ');
  process.stderr.write(`${profile ? `There is no sample of "${profile}".` : 'Which application?'} Known: ${known}\n`);
  process.stderr.write('For example: npm run demo -- doco\n');
  process.exit(2);
}

/** A test names the bundle that it is about. */
const cli = process.env.HOLDFAST_TEST_CLI ?? build();
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-demo-')));
try {
  tellMigration(cli, scratch, profile);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function build(): string {
  const project = join(import.meta.dirname, '..');
  const { status } = spawnSync(process.execPath, [join(project, 'scripts/build.ts')], {
    cwd: project,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  return join(project, 'dist/holdfast.cjs');
}
