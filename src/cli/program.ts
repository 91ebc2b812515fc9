import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addBackup } from './backup.ts';
import type { Run } from './call.ts';
import { addGlobalOptions } from './command.ts';
import { addDoctor } from './doctor.ts';
import { addFile } from './file.ts';
import { addGuard } from './guard.ts';
import { addLog } from './log.ts';
import { addMigrate } from './migrate.ts';
import { addRoot } from './root.ts';
import { addServe } from './serve.ts';
import { addSession } from './session.ts';
import { addSnapshot } from './snapshot.ts';
import { addStatus } from './status.ts';
import { addVault } from './vault.ts';
import { addWatch } from './watch.ts';

const epilogue = `
A first tour:
  holdfast root show                       which root, and why
  holdfast migrate plan                    what would move into it
  holdfast migrate apply                   move it (a copy; the sources stay)
  holdfast snapshot create --title "Works" keep this state
  holdfast snapshot diff latest            what changed since
  holdfast snapshot restore latest         bring it back
  holdfast backup create                   an archive that plain tar can read

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with omissions, 4 conflict, 5 corruption,
6 locked, 7 root unusable, 130 cancelled.`;

/** `restore <id> [path...]`: that every command has options need not be said in each line. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map(one => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`;
    return one.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(' ');
}

/**
 * The whole command tree. Nothing of the engine is loaded here.
 *
 * @param run makes a verb's handler into an action
 * @param write takes the texts of help; errors are thrown (CommanderError)
 */
export function createProgram(run: Run, write: (text: string) => void): Command {
  const program = new Command('holdfast')
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => {} })
    .helpOption('-h, --help', 'show help, also for each command')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .addHelpText('after', epilogue);
  addGlobalOptions(program, true);
  for (const add of [
    addRoot,
    addStatus,
    addMigrate,
    addSnapshot,
    addFile,
    addSession,
    addBackup,
    addVault,
    addLog,
    addServe,
    addWatch,
    addDoctor,
    addGuard,
  ]) {
    add(program, run);
  }
  return program;
}
