/**
 * The crash tests for as long as you like:
 *
 *     npm run test:crash -- [histories|operations|power|migrations|sessions|concurrent] [--seed N] [--rounds N] …
 *
 * Histories, when no other is named. What each does, and what else it takes, stands at the top of its file beside this one.
 * What fails is told with its seed, and does so again with it.
 */
const suites: Record<string, () => Promise<unknown>> = {
  histories: () => import('./histories.ts'),
  operations: () => import('./operations.ts'),
  power: () => import('./power.ts'),
  migrations: () => import('./migrations.ts'),
  sessions: () => import('./sessions.ts'),
  concurrent: () => import('./concurrent.ts'),
};

const [named = ''] = process.argv.slice(2);
const isNamed = named !== '' && !named.startsWith('-');
// The suite reads the rest of the arguments as its own.
if (isNamed) process.argv.splice(2, 1);
const suite = suites[isNamed ? named : 'histories'];
if (suite) await suite();
else {
  console.error(`There is no suite "${named}"; there are ${Object.keys(suites).join(', ')}.`);
  process.exitCode = 2;
}
