import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { boundGarbage } from '../bounded-memory.ts';
import type { Call, Handler, Run } from './call.ts';
import { abortOnSignals } from './cancel.ts';
import { globalsOf } from './command.ts';
import { detailLines } from './details.ts';
import { failureOf, isCommandLineProblem, usageFailure } from './exit.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import { ProgressBar } from './progress.ts';

boundGarbage();

/** `holdfast help snapshot create` is `holdfast snapshot create --help`. */
const argv = process.argv[2] === 'help' ? [...process.argv.slice(3), '--help'] : process.argv.slice(2);
const dashes = argv.indexOf('--');
const beforeDashes = dashes === -1 ? argv : argv.slice(0, dashes);

const controller = new AbortController();
const output = new Output(
  // Until the command line is understood, this is how errors in it are told.
  {
    json: beforeDashes.includes('--json'),
    quiet: beforeDashes.includes('--quiet'),
    color: !beforeDashes.includes('--no-color'),
  },
  { out: process.stdout, err: process.stderr, env: process.env },
  () => controller.abort(),
);
const bar = new ProgressBar(output);

const run: Run =
  <Operands extends unknown[]>(handler: Handler<Operands>) =>
  async (...given: [...Operands, Command]) => {
    const globals = globalsOf(given.at(-1) as Command);
    output.wishes.json = globals.json;
    output.wishes.quiet = globals.quiet;
    const call: Call = {
      globals,
      output,
      signal: controller.signal,
      work: { signal: controller.signal, progress: state => bar.update(state) },
      afterDashes: dashes === -1 ? 0 : argv.length - dashes - 1,
    };
    const operands = given.slice(0, -1) as unknown as Operands;
    const answer = await handler(call, ...operands);
    bar.end();
    process.exitCode = output.answer(answer);
  };

/** The words of the command that the command line leads to: `holdfast snapshot create`. */
function commandMeant(program: Command): string {
  const words = [program.name()];
  let command = program;
  for (const word of beforeDashes) {
    const next = command.commands.find(one => one.name() === word);
    if (!next) continue;
    command = next;
    words.push(word);
  }
  return words.join(' ');
}

/** Asking for the help of a command that there is not: commander would show that of the noun. */
function unknownCommand(program: Command): { code: string; message: string } | undefined {
  let command = program;
  for (const word of beforeDashes) {
    // What follows an option with a value is no command.
    if (command.commands.length === 0 || program.options.some(one => one.long === word && one.required))
      return undefined;
    if (word.startsWith('-')) continue;
    const next = command.commands.find(one => one.name() === word);
    if (!next) return { code: 'commander.unknownCommand', message: `error: unknown command '${word}'` };
    command = next;
  }
  return undefined;
}

async function fail(error: unknown): Promise<void> {
  bar.end();
  if (process.env.HOLDFAST_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const { body, status } = await failureOf(error);
  output.error(body, detailLines(output.errorStyle, body.details));
  process.exitCode = status;
}

async function main(): Promise<void> {
  abortOnSignals(controller, () => {
    bar.end();
    if (process.stderr.isTTY && !output.wishes.json) output.note('Stopping … (once more to stop at once)');
  });
  process.on('uncaughtException', error => void fail(error).finally(() => process.exit()));
  let help = '';
  const program = createProgram(run, text => {
    help += text;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!isCommandLineProblem(error)) return fail(error);
    const unknown = error.code === 'commander.helpDisplayed' ? unknownCommand(program) : undefined;
    const { json } = output.wishes;
    if (error.code === 'commander.version') {
      output.answer({ kind: 'data', json: { version: packageJson.version }, text: () => [packageJson.version] });
    } else if (error.code === 'commander.helpDisplayed' && !unknown) {
      output.answer({ kind: 'data', json: { help }, text: () => [help.trimEnd()] });
    } else {
      // A noun without a verb: its help says which there are.
      if (error.code === 'commander.help' && !json) output.raw(`${help}\n`);
      const { body, status } = usageFailure(unknown ?? error, `${commandMeant(program)} --help`);
      output.error(body);
      process.exitCode = status;
    }
  }
}

void main();
