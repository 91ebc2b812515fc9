import fs from 'node:fs';
import path from 'node:path';
import { placementHome } from '../../../src/engine/placement/home.ts';
import { writeJournal } from '../../../src/engine/placement/journal.ts';
import { recoverPlacement } from '../../../src/engine/placement/recover.ts';
import { link, makeTree } from '../../fixtures/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutatedRecord } from './records.ts';

const there = { mtime: '1714979289123456789', mode: 0o755 };

/** The journal of a placement that was killed: whoever comes next does what it says. */
export const journal: Target = {
  name: 'journal',
  setUp: place => {
    const context = place.open();
    const home = placementHome(context, context.root);
    const beside = path.join(place.directory, 'beside');
    makeTree(beside, { 'mine.txt': 'mine' });
    fs.mkdirSync(home.directory, { recursive: true });
    writeJournal(context.ports, home, {
      steps: [
        { do: 'mkdir', path: 'new' },
        { do: 'put', path: 'new/a', staged: 0, displaced: null },
        { do: 'put', path: 'b', staged: 1, displaced: 0 },
        { do: 'delete', path: 'gone/c', displaced: 1 },
        { do: 'rmdir', path: 'gone', ...there },
      ],
      directories: [{ path: 'new', ...there }],
      closed: [{ path: 'gone', ...there }],
    });
    const sample = fs.readFileSync(home.journal);
    return {
      input: random => mutatedRecord(random, sample),
      parse: bytes => {
        fs.rmSync(context.root, { recursive: true });
        makeTree(context.root, { b: 'old', gone: { c: 'c' }, out: link('../../../beside'), up: link('..') });
        makeTree(home.directory, { staged: { 0: 'new a', 1: 'new b' }, displaced: {}, 'journal.json': bytes });
        recoverPlacement(context.ports, home);
      },
    };
  },
};
