import type { Omission } from '../protocol/common.ts';
import type { ErrorBody } from '../protocol/error.ts';
import { colourWanted, makeStyle, omissionLines, type Style } from './format.ts';
import { printable, printableLines } from './printable.ts';

/** What a command found or did: one object for programs, lines for people. */
export interface Answer {
  /** Absent for commands that printed their objects as they came. */
  json?: object;
  text(style: Style): string[];
  /**
   * `report`: tells what was done, so `--quiet` leaves it away. `data`: what was asked for, so it does not.
   */
  kind: 'report' | 'data';
  /** What the command left out. Printed after the text, also with `--quiet` (then on stderr), and the exit status is 3. */
  omissions?: { title: string; list: readonly Omission[] };
  /** The exit status where it is neither 0 nor 3. */
  status?: number;
}

interface Wishes {
  json: boolean;
  quiet: boolean;
  color: boolean;
}

interface Stream {
  isTTY?: boolean;
  write(text: string): boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * The only way to the two streams. Stdout takes the answer: with `--json` exactly one JSON object, else text. Stderr
 * takes errors, notes and progress.
 */
export class Output {
  readonly wishes: Wishes;
  readonly style: Style;
  readonly errorStyle: Style;
  readonly #out: Stream;
  readonly #err: Stream;

  /**
   * @param closed called when the reader of stdout has gone (`holdfast … | head`): that ends a command, it is no error
   */
  constructor(
    wishes: Wishes,
    streams: { out: Stream; err: Stream; env: Record<string, string | undefined> },
    closed: () => void,
  ) {
    this.wishes = wishes;
    this.#out = streams.out;
    this.#err = streams.err;
    this.style = makeStyle(colourWanted(streams.out, streams.env, wishes.color));
    this.errorStyle = makeStyle(colourWanted(streams.err, streams.env, wishes.color));
    this.#out.on('error', error => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF') {
        process.exitCode = 1;
        this.#err.write(`holdfast: cannot write to standard output: ${printable(error.message)}\n`);
      }
      closed();
    });
    // Nobody is left to tell.
    this.#err.on('error', () => {});
  }

  get terminal(): boolean {
    return this.#err.isTTY === true;
  }

  /** @returns the exit status */
  answer(answer: Answer): number {
    const { json, quiet } = this.wishes;
    const omitted = answer.omissions?.list ?? [];
    if (json) {
      if (answer.json) this.jsonLine(answer.json);
    } else {
      const shown = quiet && answer.kind === 'report';
      if (!shown) this.lines(answer.text(this.style));
      const style = shown ? this.errorStyle : this.style;
      const lines = answer.omissions ? omissionLines(style, answer.omissions.title, omitted) : [];
      if (lines.length > 0) (shown ? this.#err : this.#out).write(printableLines(`${lines.join('\n')}\n`));
    }
    return answer.status ?? (omitted.length > 0 ? 3 : 0);
  }

  /** Lines of the answer as they come, for commands that go on until they are stopped. */
  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.#out.write(printableLines(`${lines.join('\n')}\n`));
  }

  /** One object of a stream of them, one a line. */
  jsonLine(value: object): void {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }

  /** Something worth knowing that is not the answer. */
  note(text: string): void {
    if (!this.wishes.quiet) this.#err.write(printableLines(`${text}\n`));
  }

  /** Text that moves the cursor; only for the bar on a terminal. */
  raw(text: string): void {
    this.#err.write(text);
  }

  error(error: ErrorBody, explanation: readonly string[] = []): void {
    if (this.wishes.json) {
      this.#out.write(`${JSON.stringify({ error })}\n`);
      return;
    }
    const { bad, dim } = this.errorStyle;
    const lines = [`${bad('holdfast:')} ${printable(error.message)}`];
    if (error.path !== undefined && !error.message.includes(error.path)) lines.push(`  ${printable(error.path)}`);
    lines.push(...explanation);
    if (error.hint !== undefined) lines.push(`${dim('hint:')} ${printable(error.hint)}`);
    this.#err.write(printableLines(`${lines.join('\n')}\n`));
  }
}
