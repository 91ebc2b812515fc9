import fs from 'node:fs';
import path from 'node:path';
import { profileView } from '../../../src/engine/profile-view.ts';
import { areaOf } from '../../../src/engine/root/areas.ts';
import { customProfile } from '../../../src/profiles/custom/profile.ts';
import { readCustomProfile } from '../../../src/profiles/custom/read.ts';
import { customProfileFile } from '../../../src/profiles/custom/schema.ts';
import type { Random } from '../../crash/random.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';

const sample = {
  id: 'mine',
  title: 'Mine',
  root: { env: ['MINE'], config: [{ file: 'config.json', keys: ['paths', 'data'] }], default: 'data/workspace' },
  areas: [
    { id: 'keys', title: 'Keys', secret: true, globs: ['keys/**', '**/*.{pem,key}'] },
    { id: 'all', title: 'All', globs: ['**/[a-z]*', '*/@(a|b)*', '**'] },
  ],
  legacy: [
    { id: 'old', title: 'Old', path: `$\{workspaceFolder}/old`, to: 'in', files: ['**/*.json'], exclude: ['x/**'] },
  ],
  sessions: { files: ['s/*.json'], title: ['t'], createdAt: ['c'], id: ['i', 'd'] },
};
const pieces = '* * * ** ? / / / a b [a-z] [!a] {a,b} {1..9} (a|b) ?(a) @(a|ab) !(b) +( *( !( ) | . \\'.split(' ');
const harmless = pieces.slice(0, -7);

/** A profile in order, but for globs that nobody would write. */
function withGlobs(random: Random): unknown {
  const from = random.below(4) === 0 ? pieces : harmless;
  const glob = () =>
    Array.from({ length: 1 + random.below(random.pick([4, 12, 40])) }, () => random.pick(from)).join('');
  const [area, ...others] = sample.areas;
  const [old] = sample.legacy;
  return {
    ...sample,
    areas: [{ ...area, globs: [glob(), glob()] }, ...others],
    legacy: [{ ...old, files: [glob()], exclude: [glob()] }],
    sessions: { ...sample.sessions, files: [glob(), 's/*'] },
  };
}

const paths = [
  'a',
  'keys/x.pem',
  `${'a'.repeat(250)}!`,
  `${'a/'.repeat(400)}!`,
  `${'ab'.repeat(60)}/${'ba'.repeat(60)}/b\n`,
  `${'ab/'.repeat(60)}c`,
  'x.json',
  '.hidden/\udcff\n',
  '+(a|a)',
];

export const profile: Target = {
  name: 'profile',
  setUp: place => {
    makeTree(place.root, { s: { 'one.json': '{"t":"x","c":1e12,"i":{"d":"q"}}' }, keys: { 'a.pem': '' } });
    makeTree(place.workspace, { old: { 'a.json': '{}', 'b.txt': '', x: { 'c.json': '' } } });
    const view = profileView(place.open());
    const file = path.join(place.workspace, customProfileFile);
    const text = Buffer.from(`// mine\n${JSON.stringify(sample, undefined, 1)}`);
    return {
      input: random => {
        const kind = random.below(6);
        if (kind < 1) return mutated(random, text);
        return Buffer.from(kind < 3 ? mutatedJson(random, sample) : JSON.stringify(withGlobs(random)));
      },
      parse: bytes => {
        fs.writeFileSync(file, bytes);
        const data = readCustomProfile(view);
        if (!data) return;
        const made = customProfile(data);
        for (const one of paths) areaOf(made, one);
        made.legacySources(view);
        for (const { path: at, legacy } of made.sessionLocations(view)) {
          if (legacy) continue;
          try {
            made.readSession(at, fs.readFileSync(path.join(place.root, at)));
          } catch {
            // Shown as the reason why this one is broken.
          }
        }
      },
    };
  },
};
