import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canary } from '../fixtures/digital-article.ts';
import type { Finished } from './run.ts';
import type { Workspace } from './workspace.ts';

/** Of the processor and not of the clock: other tests run meanwhile. */
const mostSeconds = 5;

/**
 * Runs of the command line that must stay within bounds whatever they meet: no crash, no secret in what is printed, little
 * time and memory.
 */
export function measuredRuns(
  workspace: Workspace,
  mostMegabytes = 512,
): (args: readonly string[], statuses: readonly number[]) => Finished {
  const usageFile = path.join(workspace.home, 'usage.json');
  const reporter = path.join(workspace.home, 'report-usage.cjs');
  writeFileSync(
    reporter,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify(process.resourceUsage())));`,
  );
  workspace.env.NODE_OPTIONS = `--require=${reporter}`;
  return (args, statuses) => {
    const finished = workspace.run(...args);
    const what = `${args.join(' ')} ended with ${finished.status}: ${finished.stdout.slice(0, 2000)}${finished.stderr}`;
    assert.ok(finished.status !== null && statuses.includes(finished.status), what);
    assert.doesNotMatch(
      finished.stdout + finished.stderr,
      /^\s+at .*:\d+|RangeError|call stack|JavaScript heap/m,
      what,
    );
    assert.ok(!`${finished.stdout}${finished.stderr}`.includes(canary), 'a secret was printed');
    const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(usageFile, 'utf8'));
    assert.ok(maxRSS / 1024 <= mostMegabytes, `${args.join(' ')} took ${Math.round(maxRSS / 1024)} MB`);
    const seconds = (userCPUTime + systemCPUTime) / 1e6;
    assert.ok(seconds <= mostSeconds, `${args.join(' ')} took ${seconds} s`);
    return finished;
  };
}
