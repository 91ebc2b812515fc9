import v8 from 'node:v8';

/** Bytes of the young generation from which on it stays as it is. Smaller, collecting takes up to a fifth of the time. */
const enoughYoung = 16 * 1024 * 1024;
/** Bytes of the whole heap from which on garbage in it may be half of what is in use; less than that is no matter. */
const enough = 40 * 1024 * 1024;

/**
 * Stops the heap from taking for garbage what Holdfast may take for all. V8 allows the young generation 100 MB and more once
 * a hundred thousand files are at hand, and lets the old one become several times as large as what is in use. Neither can be
 * bounded at the start: the one is as good as empty then, and collecting more often would cost commands that need little.
 */
export function boundGarbage(): void {
  const bounds = [
    { flag: '--semi-space-growth-factor=1', isDue: () => youngBytes() >= enoughYoung },
    { flag: '--heap-growing-percent=50', isDue: () => v8.getHeapStatistics().total_heap_size >= enough },
  ];
  const timer = setInterval(() => {
    for (const bound of bounds.filter(({ isDue }) => isDue())) {
      v8.setFlagsFromString(bound.flag);
      bounds.splice(bounds.indexOf(bound), 1);
    }
    if (bounds.length === 0) clearInterval(timer);
  }, 20);
  timer.unref();
}

function youngBytes(): number {
  return v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
