import { test } from 'node:test';
import { targets } from './targets.ts';
import { withstands } from './withstands.ts';

for (const target of targets) test(`${target.name}: 2,000 inputs`, () => withstands(target, 2000));
