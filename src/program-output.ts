/** The trimmed output of a program; `undefined` when it is missing, fails, or takes longer than `timeout` ms. */
export function outputOf(command: string, args: string[], timeout: number): string | undefined {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const result = spawnSync(command, args, {
    timeout,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
