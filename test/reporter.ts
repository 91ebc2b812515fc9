import { writeFileSync } from 'node:fs';
import type { EventData } from 'node:test';

type Event =
  | { type: 'test:fail'; data: EventData.TestFail }
  | { type: 'test:pass'; data: EventData.TestPass }
  | { type: 'test:stderr' | 'test:stdout'; data: { file: string; message: string } }
  | { type: string; data: unknown };

/**
 * Silent when green: only failures are printed. Counts tests, not the suites around them, and writes the counts to the
 * file that `HOLDFAST_TEST_COUNTS` names.
 */
export default async function* reporter(events: AsyncIterable<Event>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const printed = new Map<string, string[]>();
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      const { file, message } = data as { file: string; message: string };
      printed.set(file, [...(printed.get(file) ?? []), message]);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const test = data as EventData.TestFail;
    const isSuite = test.details.type === 'suite';
    if (test.skip !== undefined || test.todo !== undefined) {
      counts.skipped++;
      yield `skipped: ${test.name} (${test.skip || test.todo || 'no reason given'})\n`;
    } else if (type === 'test:pass') {
      if (!isSuite) counts.passed++;
    } else {
      const { error } = test.details;
      // A suite fails with its tests, which were reported already.
      if (isSuite && (error as { failureType?: string }).failureType === 'subtestsFailed') continue;
      counts.failed++;
      const cause =
        error.cause instanceof Error
          ? (error.cause.stack ?? error.cause.message)
          : String(error.cause ?? error.message);
      const ended = test.details.error as { exitCode?: number; signal?: string };
      const how = ended.signal ?? ended.exitCode;
      yield `\nFAILED ${test.name}  (${test.file ?? ''}:${test.line ?? ''})\n${cause}${how === undefined ? '' : ` (ended with ${how})`}\n${(printed.get(test.file ?? '') ?? []).join('')}`;
    }
  }
  if (process.env.HOLDFAST_TEST_COUNTS) writeFileSync(process.env.HOLDFAST_TEST_COUNTS, JSON.stringify(counts));
}
