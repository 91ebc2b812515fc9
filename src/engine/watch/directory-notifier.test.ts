import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asOtherUser } from '../../../test/fixtures/other-user.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { nameFromBytes } from '../names.ts';
import { DirectoryNotifier } from './directory-notifier.ts';

interface Watching {
  root: string;
  problems: unknown[];
  /** Waits until all of them were told, and forgets what was told until then. */
  hears(...paths: string[]): Promise<void>;
}

async function watching(t: TestContext, make: (root: string) => void = () => {}): Promise<Watching> {
  const place = temporaryDirectory();
  t.after(() => place[Symbol.dispose]());
  const context = testContext(place.path);
  const { root } = context;
  fs.mkdirSync(root, { recursive: true });
  make(root);
  const told = new Set<string>();
  const problems: unknown[] = [];
  const notifier = new DirectoryNotifier(context, {
    ignored: path => path.startsWith('ignored'),
    onChange: path => told.add(path),
    onError: error => problems.push(error),
  });
  t.after(() => notifier.close());
  await notifier.ready;
  const hears = async (...paths: string[]) => {
    const missing = () => paths.filter(path => !told.has(path));
    await t.waitFor(() => assert.deepEqual(missing(), []), { interval: 10, timeout: 5000 });
    told.clear();
  };
  return { root, problems, hears };
}

const watches = () => process.getActiveResourcesInfo().filter(kind => kind === 'FSEventWrap').length;

/** @returns bytes in use once everything that can go is gone */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('a watch for each directory', { skip: process.platform !== 'linux' }, () => {
  test('costs one watch for a directory, and nothing for a file', async t => {
    let before = 0;
    const { root, hears } = await watching(t, root => {
      for (let directory = 0; directory < 100; directory++) {
        fs.mkdirSync(`${root}/${directory}/ignored`, { recursive: true });
        for (let file = 0; file < 50; file++) fs.writeFileSync(`${root}/${directory}/${file}`, '');
      }
      fs.mkdirSync(`${root}/ignored`);
      before = heapInUse();
    });
    // 5000 files: what keeps a record of each takes 10 MB.
    assert.ok(heapInUse() - before < 2_000_000, `${heapInUse() - before} bytes for 101 directories`);
    assert.equal(watches(), 201);
    fs.rmSync(`${root}/7`, { recursive: true });
    fs.writeFileSync(`${root}/99/49`, 'changed');
    await hears('7', '99/49');
    assert.equal(watches(), 199, 'what is gone is not watched');
  });

  test('a directory that came is watched, whole, and so is one that took the name of another', async t => {
    const { root, hears } = await watching(t, root => fs.mkdirSync(`${root}/one/two`, { recursive: true }));
    fs.mkdirSync(`${root}/outside/deep`, { recursive: true });
    fs.writeFileSync(`${root}/outside/deep/file`, 'x');
    await hears('outside', 'outside/deep', 'outside/deep/file');
    fs.renameSync(`${root}/outside`, `${root}/inside`);
    await hears('outside', 'inside', 'inside/deep', 'inside/deep/file');
    fs.writeFileSync(`${root}/inside/deep/file`, 'more');
    await hears('inside/deep/file');
    fs.rmSync(`${root}/one`, { recursive: true });
    fs.mkdirSync(`${root}/one/two`, { recursive: true });
    await hears('one', 'one/two');
    fs.writeFileSync(`${root}/one/two/file`, 'x');
    await hears('one/two/file');
    fs.rmSync(`${root}/inside`, { recursive: true });
    fs.renameSync(`${root}/one`, `${root}/inside`);
    await hears('one', 'inside', 'inside/two', 'inside/two/file');
    fs.writeFileSync(`${root}/inside/two/file`, 'y');
    await hears('inside/two/file');
    assert.equal(watches(), 3);
  });

  test('names that are not text, or that of the directory they lie in', async t => {
    const odd = Buffer.from('caf\xe9', 'latin1');
    const at = (root: string, ...more: string[]) =>
      Buffer.concat([Buffer.from(`${root}/`), odd, Buffer.from(more.map(one => `/${one}`).join(''))]);
    const name = nameFromBytes(odd);
    const { root, hears } = await watching(t, root => {
      fs.mkdirSync(at(root));
      fs.mkdirSync(`${root}/same/same`, { recursive: true });
    });
    fs.writeFileSync(at(root, 'file'), 'x');
    fs.writeFileSync(`${root}/same/same/same`, 'x');
    await hears(`${name}/file`, 'same/same/same');
    fs.rmSync(`${root}/same/same/same`);
    await hears('same/same/same');
  });

  test('a directory that becomes readable is watched from then on', () => {
    using place = temporaryDirectory();
    fs.chmodSync(place.path, 0o777);
    const modules = {
      ports: import.meta.resolve('../../../test/fixtures/ports.ts'),
      fs: 'node:fs',
      notifier: import.meta.resolve('./directory-notifier.ts'),
    };
    const told = asOtherUser(
      modules,
      `const context = ports.testContext(${JSON.stringify(place.path)});
      fs.mkdirSync(context.root + '/closed', { recursive: true, mode: 0o755 });
      fs.chmodSync(context.root + '/closed', 0o000);
      const watcher = new notifier.DirectoryNotifier(context, {
        ignored: () => false,
        onError: error => { throw error; },
        onChange: path => {
          if (path === 'closed/file') console.log(path);
          if (path === 'closed/file') watcher.close();
          if (path === 'closed') fs.writeFileSync(context.root + '/closed/file', 'x');
        },
      });
      await watcher.ready;
      fs.chmodSync(context.root + '/closed', 0o700);`,
    );
    assert.equal(told, 'closed/file\n');
  });

  test('more events than the system keeps: something changed somewhere, and everything is watched again', async t => {
    const { root, problems, hears } = await watching(t);
    // By turns, since the system tells the same thing only once.
    const files = ['a', 'b'].map(name => fs.openSync(`${root}/${name}`, 'w'));
    for (let count = 0; count < 20_000; count++) fs.writeSync(files[count % 2]!, 'x');
    for (const file of files) fs.closeSync(file);
    fs.mkdirSync(`${root}/last`);
    await hears('.');
    fs.writeFileSync(`${root}/last/file`, 'x');
    await hears('last/file');
    assert.deepEqual(problems, []);
  });

  test('a root that is gone, or another one by now, is a problem', async t => {
    const gone = await watching(t);
    fs.rmSync(gone.root, { recursive: true });
    await t.waitFor(() => assert.match(String(gone.problems[0]), /removed or replaced/), { interval: 10 });
    const replaced = await watching(t);
    fs.renameSync(replaced.root, `${replaced.root}.old`);
    fs.mkdirSync(replaced.root);
    await t.waitFor(() => assert.match(String(replaced.problems[0]), /removed or replaced/), { interval: 10 });
  });
});
