/** Milliseconds: changes that follow one another faster than this are a burst. */
const burst = 2000;

/**
 * Passes on what has changed about things. While nobody looks at the window, only the first change of a burst is; the
 * others wait until it is looked at again. Nothing here runs by the clock.
 */
export class UnwatchedChanges<Thing extends object, Noun> {
  private readonly waiting = new Map<Thing, Set<Noun>>();
  private readonly last = new WeakMap<Thing, number>();
  private readonly isWatched: () => boolean;
  private readonly pass: (thing: Thing, nouns: Noun[]) => void;

  constructor(isWatched: () => boolean, pass: (thing: Thing, nouns: Noun[]) => void) {
    this.isWatched = isWatched;
    this.pass = pass;
  }

  /** @param now milliseconds */
  changed(thing: Thing, nouns: readonly Noun[], now = Date.now()): void {
    const inBurst = now - (this.last.get(thing) ?? Number.NEGATIVE_INFINITY) < burst;
    this.last.set(thing, now);
    if (this.isWatched() || !inBurst) {
      this.pass(thing, [...nouns]);
      return;
    }
    const waiting = this.waiting.get(thing) ?? new Set();
    for (const noun of nouns) waiting.add(noun);
    this.waiting.set(thing, waiting);
  }

  watchedAgain(): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const [thing, nouns] of all) this.pass(thing, [...nouns]);
  }
}
