import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Tells a story with the real command line: what it says and what each command prints goes to stdout. */
export interface Narrator {
  say(text: string): void;
  /** @throws when the command fails */
  holdfast(...args: string[]): void;
}

/** What a program needs of the machine; nothing that names a root, the person's own or an application's. */
const kept = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'TERM', 'NO_COLOR', 'FORCE_COLOR'];

/**
 * @param cli the bundle to run
 * @param scratch the home directory of the story; shown as `~`
 * @param workspace where the commands run
 */
export function narrator(cli: string, scratch: string, workspace: string): Narrator {
  const inherited = Object.fromEntries(kept.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
  const env = {
    ...inherited,
    HOME: scratch,
    USERPROFILE: scratch,
    XDG_DATA_HOME: join(scratch, 'share'),
    LOCALAPPDATA: join(scratch, 'share'),
  };
  return {
    say: text => void process.stdout.write(`\n# ${text}\n`),
    holdfast: (...args) => {
      const shown = args.map(arg => (/^[\w./=-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
      process.stdout.write(`$ holdfast ${shown.replaceAll(scratch, '~')}\n`);
      const run = spawnSync(process.execPath, [cli, ...args], {
        cwd: workspace,
        env,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      process.stdout.write(`${run.stdout}${run.stderr}`.replaceAll(scratch, '~'));
      // 3: done, with omissions listed.
      if (run.status !== 0 && run.status !== 3) throw new Error(`holdfast ${args[0]} ended with ${run.status}`);
    },
  };
}

/** @throws unless both have the same JSON */
export function mustEqual(one: unknown, other: unknown, what: string): void {
  if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error(`${what} is not what it was before`);
}
