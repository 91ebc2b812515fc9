import { appendFileSync } from 'node:fs';

/** What the extension host tells the process that started it, one JSON per line in a file: see host-results.ts. */
export type HostRecord =
  | { readonly type: 'start' }
  | { readonly type: 'test'; readonly title: string }
  | { readonly type: 'pass'; readonly title: string }
  | { readonly type: 'skip'; readonly title: string }
  | { readonly type: 'fail'; readonly title: string; readonly stack: string }
  | { readonly type: 'end' };

/** The variable that names the file. */
export const resultsVariable = 'HOLDFAST_HOST_TEST_RESULTS';

/** Synchronous, so that what was reported before a crash is there. */
export function report(record: HostRecord): void {
  const file = process.env[resultsVariable];
  if (!file)
    throw new Error(`${resultsVariable} names no file: run the host tests with test/vscode/run-host-tests.ts.`);
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}
