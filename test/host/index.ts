import Mocha from 'mocha';
import { report } from './results.ts';

/**
 * Runs in the extension host. `load` evaluates the test files of one workspace shape: only once mocha's interface is
 * in place can they declare their tests.
 */
export async function run(load: () => void): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, reporter: Reporter });
  // What mocha itself does before each file that it loads, without putting its functions into the global scope.
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, {}, '', mocha);
  report({ type: 'start' });
  try {
    load();
  } catch (error) {
    report({ type: 'fail', title: 'loading the test files', stack: described(error) });
    report({ type: 'end' });
    throw error;
  }
  const failures = await new Promise<number>(resolve => mocha.run(resolve));
  report({ type: 'end' });
  if (failures > 0) throw new Error(`${failures} failed`);
}

class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner) {
    super(runner);
    const title = (test: Mocha.Runnable) => test.titlePath().filter(Boolean).join(' › ');
    runner.on('test', test => report({ type: 'test', title: title(test) }));
    runner.on('pass', test => report({ type: 'pass', title: title(test) }));
    runner.on('pending', test => report({ type: 'skip', title: title(test) }));
    // Of a hook too: its title says which one.
    runner.on('fail', (test, error) => report({ type: 'fail', title: title(test), stack: described(error) }));
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? '';
  const told = stack.includes(error.message) ? stack : `${error.name}: ${error.message}\n${stack}`;
  return error.cause === undefined ? told : `${told}\nCaused by: ${described(error.cause)}`;
}
