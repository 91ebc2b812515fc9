/** Gathers paths and hands them over together, a fixed time after the first: a long burst is told in instalments. */
export class Burst {
  readonly #paths = new Set<string>();
  readonly #wait: number;
  readonly #onChange: (paths: string[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(wait: number, onChange: (paths: string[]) => void) {
    this.#wait = wait;
    this.#onChange = onChange;
  }

  add(path: string): void {
    if (this.#closed) return;
    this.#paths.add(path);
    this.#timer ??= setTimeout(() => this.#handOver(), this.#wait);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #handOver(): void {
    const paths = [...this.#paths].sort();
    this.#paths.clear();
    this.#timer = undefined;
    this.#onChange(paths);
  }
}
