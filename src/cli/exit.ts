import type { ErrorBody } from '../protocol/error.ts';

/** What to print for a thrown thing and the exit status it gives. */
export interface Failure {
  body: ErrorBody;
  status: number;
}

interface CommandLineProblem {
  code: string;
  message: string;
}

/** Whether commander refused the command line; known by its code, so that nothing has to be loaded to ask. */
export function isCommandLineProblem(error: unknown): error is CommandLineProblem {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('commander.');
}

/**
 * Wrong usage, in the words of commander but in our form: its suggestion becomes the hint.
 *
 * @param help how to get help for the command that was meant
 */
export function usageFailure(problem: CommandLineProblem, help: string): Failure {
  const [message = '', suggestion] = problem.message.replace(/^error: /, '').split('\n');
  const text = problem.code === 'commander.help' ? 'a command is missing' : message;
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  const hint = suggestion ? suggestion.replace(/^\((.*)\)$/, '$1') : `See: ${help}`;
  return {
    body: { code: 'USAGE', message: /[.?!]$/.test(sentence) ? sentence : `${sentence}.`, hint },
    status: 2,
  };
}

/** Any other thrown thing. Loads the engine's errors, which a command that succeeds need not. */
export async function failureOf(error: unknown): Promise<Failure> {
  const { exitStatusOf } = await import('../protocol/error-codes.ts');
  const { asHoldfastError, systemCode, HoldfastError } = await import('../engine/errors.ts');
  const known = asHoldfastError(error);
  const body = known.toBody();
  const foreseen = error instanceof HoldfastError || known.code !== 'FAILED' || systemCode(error) !== undefined;
  if (!foreseen) body.hint ??= 'This is a fault in Holdfast. Set HOLDFAST_DEBUG=1 to see where, and report it.';
  return { body, status: exitStatusOf[known.code] };
}
