import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { makeAtlas } from '../test/fixtures/atlas.ts';
import { makeDigitalArticle } from '../test/fixtures/digital-article.ts';
import { makeDoco } from '../test/fixtures/doco.ts';
import { readTree } from '../test/fixtures/tree.ts';
import { makeUploadsJson } from '../test/fixtures/uploads-json.ts';
import { makeWebviz } from '../test/fixtures/webviz.ts';
import { mustEqual, narrator } from './narrator.ts';

interface Application {
  make(workspace: string): unknown;
  /** Where its root is, relative to the workspace. */
  root: string;
  scene: string;
  /** What the plan shows that is worth a look. */
  look: string;
  afterwards: string;
}

/** The applications that have a sample, by the id of their profile. */
export const applications: Readonly<Record<string, Application>> = {
  'digital-article': {
    make: makeDigitalArticle,
    root: 'data/workspace',
    scene: 'Digital Article: notebooks in data/notebooks, the state of their cells in backend/notebook_workspace.',
    look: 'Pickled state is compared with its checksum and never loaded. What a crash left is copied and named.',
    afterwards: 'NOTEBOOKS_DIR="$PWD/data/workspace/notebooks" WORKSPACE_DIR="$PWD/data/workspace"',
  },
  atlas: {
    make: makeAtlas,
    root: 'data/workspace',
    scene: 'Atlas for Mac: one JSON file in Library/Application Support, in the shape of its first version.',
    look: 'The old shape gets the envelope of today; every date, number and unknown key keeps its text.',
    afterwards: 'ATLAS_STATE_DIR="$PWD/data/workspace"',
  },
  doco: {
    make: makeDoco,
    root: 'data',
    scene: 'doco: sessions in the layout that its documents describe, and in the one that its program writes.',
    look: 'Three files of a documented session become one. Tokens are secret: copied, never shown.',
    afterwards: 'DOCO_DATA_DIR="$PWD/data" GOFR_DOC_DATA_DIR="$PWD/data" GOFR_DOC_DATA="$PWD/data"',
  },
  'uploads-json': {
    make: makeUploadsJson,
    root: 'data/workspace',
    scene: 'Nuvien: JSON documents in uploads/ of whatever directory a process was started in.',
    look: 'Nothing is merged: what another uploads/ holds is kept whole, below elsewhere/.',
    afterwards: 'volumes: ./data/workspace/uploads:/app/uploads and ./data/workspace/.state:/app/.state',
  },
  webviz: {
    make: makeWebviz,
    root: 'data/workspace',
    scene: 'Webviz: an export of its database and of the browser, in webviz-export.',
    look: 'Contents are checked against their SHA-256; unsaved sessions of the browser become files.',
    afterwards: 'nothing: Webviz goes on with its database, and the root is your copy of it',
  },
};

/**
 * The migration of one application, told as it happens, with the real command line on a sample of what the application
 * writes: which root and why, the plan, the migration, a second one that has nothing to do, and the way back.
 *
 * @throws when a command fails, or the end is not byte for byte what was there before
 */
export function tellMigration(cli: string, scratch: string, profile: string): void {
  const application = applications[profile]!;
  const workspace = join(scratch, profile);
  const root = join(workspace, application.root);
  application.make(workspace);
  const { say, holdfast } = narrator(cli, scratch, workspace);
  const hadRoot = existsSync(root);
  const vault = relative(workspace, join(root, '.holdfast')).split(sep).join('/');
  const tree = () => readTree(workspace, { except: [vault], directoryTimes: true });
  const before = tree();

  say(application.scene);
  holdfast('root', 'show');
  say('What would be done with each file? Nothing is written for this but the plan, into the vault.');
  holdfast('migrate', 'plan');
  say(`Do it: copied, verified, journaled. ${application.look}`);
  holdfast('migrate', 'apply', '--yes');
  say('What the application calls a session, now in the root.');
  holdfast('session', 'list');
  say('Once more: there is nothing left to do.');
  holdfast('migrate', 'apply', '--yes');
  say(`From here the application uses the root. What to set: ${application.afterwards}`);
  say('Or go back. The old places were only read, so this empties the root of what came in.');
  holdfast('migrate', 'undo', 'latest', '--yes');
  const after = tree();
  if (hadRoot) mustEqual(after, before, 'the workspace');
  else {
    // The root stays, with the vault that knows what happened.
    const outside = (all: typeof before) =>
      Object.entries(all).filter(([at]) => at.split('/')[0] !== application.root.split('/')[0]);
    mustEqual(outside(after), outside(before), 'the workspace');
    mustEqual(readdirSync(root), ['.holdfast'], 'the root');
  }
  process.stdout.write('\nEverything is as it was, byte for byte, with its mode and time.\n');
}
