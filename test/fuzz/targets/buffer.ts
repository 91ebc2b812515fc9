import { hash } from 'node:crypto';
import fs from 'node:fs';
import { vaultPath } from '../../../src/engine/context.ts';
import { editBuffer } from '../../../src/engine/sessions/buffers/edit.ts';
import { journalEnd, readJournal } from '../../../src/engine/sessions/buffers/journal.ts';
import { listRecoverable } from '../../../src/engine/sessions/buffers/list.ts';
import { readBuffer } from '../../../src/engine/sessions/buffers/recover.ts';
import type { Random } from '../../crash/random.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';
import { firstFile, makeWorld } from '../world.ts';

/** Each line sealed after the one before, whatever it says. */
function resealed(lines: readonly string[]): Buffer {
  let seal = '';
  const sealedLines = lines.map(line => {
    seal = hash('sha256', seal + line, 'hex').slice(0, 16);
    return `${seal} ${line}\n`;
  });
  return Buffer.from(sealedLines.join(''));
}

export const buffer: Target = {
  name: 'buffer',
  setUp: async place => {
    const { context, session } = await makeWorld(place);
    const file = firstFile(vaultPath(context, 'buffers'));
    const bufferId = file.slice(-26, -6);
    const sample = fs.readFileSync(file);
    const lines = sample
      .toString()
      .trimEnd()
      .split('\n')
      .map(line => line.slice(17));
    const changed = (random: Random, line: string) =>
      random.below(3) === 0 ? mutated(random, Buffer.from(line)).toString() : mutatedJson(random, JSON.parse(line));
    return {
      input: random => {
        if (random.below(4) === 0) return mutated(random, sample);
        const at = random.below(lines.length);
        return resealed(lines.map((line, index) => (index === at ? changed(random, line) : line)));
      },
      parse: async bytes => {
        fs.writeFileSync(file, bytes);
        await listRecoverable(context);
        const attempts = [
          () => readJournal(context.ports, file),
          () => journalEnd(context.ports, file),
          () => readBuffer(context, session, bufferId),
          () =>
            editBuffer(context, session, {
              base: 1,
              before: 16,
              bufferId,
              edits: [{ offset: 0, length: 0, text: 'x' }],
            }),
        ];
        await allOf(attempts);
      },
    };
  },
};

/** Does each, then throws what went wrong: what is no error of the engine before what is. */
async function allOf(attempts: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      errors.push(error);
    }
  }
  const worst = errors.find(error => (error as Error).name !== 'HoldfastError') ?? errors[0];
  if (worst !== undefined) throw worst;
}
