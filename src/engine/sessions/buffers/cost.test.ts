import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { placeWith } from '../../../../test/fixtures/engine.ts';
import { createSession } from '../create.ts';
import { editBuffer } from './edit.ts';

test('a keystroke costs what was typed, however large the session', async () => {
  using place = placeWith();
  const costs: { read: number; written: number }[] = [];
  for (const size of [1000, 20_000_000]) {
    const content = { bytes: Buffer.alloc(size, 'x') };
    const { id } = await createSession(place.context, { title: `Of ${size}` }, {}, content);
    const typed = { base: 1, edits: [{ offset: 5, length: 0, text: 'a' }] };
    const { bufferId } = await editBuffer(place.context, id, { ...typed, before: size });
    const cost = { read: 0, written: 0 };
    await editBuffer(place.open({ fs: counting(cost) }), id, { ...typed, bufferId, before: size + 1 });
    costs.push(cost);
  }
  const [small, large] = costs;
  assert.ok(small!.written > 0 && small!.written < 1000, JSON.stringify(costs));
  // Only the digits of the lengths differ.
  assert.ok(large!.written - small!.written < 100 && large!.read - small!.read < 100, JSON.stringify(costs));
});

/** The real files, counting the bytes that go through. */
function counting(cost: { read: number; written: number }): typeof fs {
  return new Proxy(fs, {
    get(target, name: keyof typeof fs) {
      const real = target[name];
      if (typeof real !== 'function') return real;
      return (...args: unknown[]) => {
        const result = (real as (...all: unknown[]) => unknown)(...args);
        if (name === 'readFileSync') cost.read += (result as string | Buffer).length;
        if (name === 'readSync') cost.read += result as number;
        if (name === 'writeSync') cost.written += result as number;
        if (name === 'writeFileSync') cost.written += (args[1] as string | Buffer).length;
        return result;
      };
    },
  });
}
