import type { Progress } from '../protocol/operations.ts';
import { bytes, number } from './format.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';

const milliseconds = { untilFirst: 300, between: 100, betweenLines: 10_000 };

/** How far the work is, in one line: `Reading files  1,200 of 10,000 (12 %)`. */
export function progressText({ phase, done, total, unit }: Progress): string {
  const amount = (value: number) => (unit === 'bytes' ? bytes(value) : number(value));
  // A total is what there was the last time, at most: more than all says nothing.
  if (total === 0 || done > total) return `${printable(phase)}  ${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}`;
  const share = done / total;
  const filled = Math.round(share * 20);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${printable(phase)}  ${amount(done)} of ${amount(total)}`;
}

/**
 * Shows progress on stderr: a bar on a terminal, which is gone at the end; elsewhere a line every ten seconds, so that
 * a log of a long run shows life. Nothing with `--quiet` or `--json`.
 */
export class ProgressBar {
  readonly #output: Output;
  #due = performance.now() + milliseconds.untilFirst;
  #lineDue = performance.now() + milliseconds.betweenLines;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  update(progress: Progress): void {
    const { json, quiet } = this.#output.wishes;
    if (json || quiet) return;
    const now = performance.now();
    if (!this.#output.terminal) {
      if (now < this.#lineDue) return;
      this.#lineDue = now + milliseconds.betweenLines;
      this.#output.note(progressText(progress));
      return;
    }
    if (now < this.#due) return;
    this.#due = now + milliseconds.between;
    const columns = (process.stderr.columns || 80) - 1;
    this.#output.raw(`\r${progressText(progress).slice(0, columns)}\u001b[K`);
    this.#shown = true;
  }

  /** Erases the bar, so that what comes next starts on an empty line. */
  end(): void {
    if (this.#shown) this.#output.raw('\r\u001b[K');
    this.#shown = false;
  }
}
