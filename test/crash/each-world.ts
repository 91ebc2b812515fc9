import { crashDirectory } from './place.ts';
import { Random } from './random.ts';
import { operations, World } from './world.ts';

/** As they come from a command line. */
interface Rounds {
  seed: string;
  rounds: string;
  size: string;
  only?: string | undefined;
}

/**
 * Does something to a world for each operation, made from the seed, which grows by one with each round. What fails is told
 * with its seed, and the rest goes on.
 *
 * @returns how often it failed
 */
export async function eachWorld(
  { seed: first, rounds, size, only }: Rounds,
  visit: (world: World, random: Random, seed: number) => Promise<void>,
): Promise<number> {
  let failures = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const seed = Number(first) + round;
    for (const operation of operations) {
      if (only !== undefined && operation !== only) continue;
      using place = crashDirectory();
      try {
        const random = new Random(seed);
        await visit(await World.make(`${place.path}/world`, operation, random, Number(size)), random, seed);
      } catch (error) {
        failures++;
        console.log(`seed ${seed}  ${operation}: FAILED`, error);
      }
    }
  }
  return failures;
}
