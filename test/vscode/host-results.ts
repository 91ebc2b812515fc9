import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import type { HostRecord } from '../host/results.ts';
import { project } from './project.ts';

export interface Failure {
  readonly title: string;
  readonly stack: string;
}

export interface HostResults {
  readonly started: boolean;
  readonly ended: boolean;
  readonly passed: number;
  readonly skipped: number;
  readonly failures: Failure[];
  /** The test that had begun and not yet ended. */
  readonly running: string | undefined;
}

export function readHostResults(file: string, bundle: string): HostResults {
  const records = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const parsed = records.map(line => JSON.parse(line) as HostRecord);
  const last = parsed.at(-1);
  return {
    started: parsed.some(record => record.type === 'start'),
    ended: last?.type === 'end',
    passed: parsed.filter(record => record.type === 'pass').length,
    skipped: parsed.filter(record => record.type === 'skip').length,
    failures: parsed
      .filter(record => record.type === 'fail')
      .map(({ title, stack }) => ({ title, stack: inSources(stack, bundle) })),
    running: last?.type === 'test' ? last.title : undefined,
  };
}

/** Replaces positions in the bundle by those in the sources that it was made of, and leaves out the test runner's own. */
function inSources(stack: string, bundle: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
  const position = /(?:file:\/\/)?[^\s()]*index\.cjs:(\d+):(\d+)/g;
  const mapped = stack.replace(position, (text, line, column) => {
    const origin = map.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin) || !origin.fileName) return text;
    const source = resolve(dirname(bundle), origin.fileName);
    return `${relative(project, source).replaceAll(sep, '/')}:${origin.lineNumber}:${origin.columnNumber}`;
  });
  const lines = mapped.split('\n');
  return lines.filter(line => !/^\s*at .*node_modules\/mocha\//.test(line)).join('\n');
}
