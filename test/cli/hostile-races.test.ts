import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { planMigration } from '../../src/engine/migrations/plan.ts';
import { filesChangedBeforeOpened, filesChangedWhileRead } from '../fixtures/changing-files.ts';
import { code, placeWith } from '../fixtures/engine.ts';
import { makeTree } from '../fixtures/tree.ts';

/** Larger than what is read at once, so that there is a middle. */
const size = 2_500_000;
const original = Buffer.alloc(size, 'original ');

const changes: Record<string, (file: string) => void> = {
  'appended to': file => fs.appendFileSync(file, 'more'),
  'cut short': file => fs.truncateSync(file, 1_500_000),
  'written over in its middle': file => {
    const handle = fs.openSync(file, 'r+');
    fs.writeSync(handle, 'changed', 2_000_000);
    fs.closeSync(handle);
  },
  'replaced by another file': file => {
    fs.writeFileSync(`${file}.new`, Buffer.alloc(size, 'replaced '));
    fs.renameSync(`${file}.new`, file);
  },
  removed: file => fs.rmSync(file),
  'replaced by a link': file => {
    fs.rmSync(file);
    fs.symlinkSync('/etc/hostname', file);
  },
  'replaced by a directory': file => {
    fs.rmSync(file);
    fs.mkdirSync(file);
  },
};

suite('a source that changes while it is read', { skip: process.platform === 'win32' }, () => {
  for (const [what, change] of Object.entries(changes)) {
    const world = (nth: number, root = {}) => {
      const place = placeWith(root);
      const from = path.join(place.path, 'app/old');
      makeTree(from, { 'a.txt': 'a', 'victim.bin': original, 'z.txt': 'z' });
      const victim = path.join(from, 'victim.bin');
      let changed = false;
      const context = place.open({
        fs: filesChangedWhileRead(victim, nth, () => {
          changed = true;
          change(victim);
        }),
      });
      return { place, from, victim, context, changed: () => changed };
    };
    const kept = (victim: string) =>
      fs.existsSync(victim) && fs.statSync(victim).isFile() ? fs.readFileSync(victim) : undefined;

    const placed = ({ root }: { root: string }) => kept(path.join(root, 'victim.bin'));

    test(`${what} while it is read and copied at once: whole, or left out; the others arrive`, async () => {
      const { place, from, victim, context, changed } = world(1);
      using _ = place;
      const applied = await applyMigration(context, { from: [from] }, {});
      assert.ok(changed());
      const { 'a.txt': a, 'z.txt': z } = place.tree();
      assert.ok(a && z);
      const copy = placed(place);
      if (copy) assert.ok(copy.equals(kept(victim)!), 'as it is since the change');
      else {
        const reason = applied.omitted.find(one => one.path.endsWith('victim.bin'))?.reason;
        assert.match(reason ?? '', /^it (vanished|was replaced by something else|changed) while/);
      }
    });

    test(`${what} while it is copied later: whole and as it was, or left out; the others arrive`, async () => {
      const { place, from, victim, context, changed } = world(2, { 'victim.bin': 'older' });
      using _ = place;
      const applied = await applyMigration(context, { from: [from], onConflict: 'keep-source' }, {});
      assert.ok(changed());
      const { 'a.txt': a, 'z.txt': z } = place.tree();
      assert.ok(a && z);
      const copy = placed(place);
      // It was read through the file that was opened, whatever its name leads to by now.
      if (!copy?.equals(original)) {
        assert.equal(copy?.toString(), 'older');
        const reason = applied.omitted.find(one => one.path === 'victim.bin')?.reason;
        assert.match(reason ?? '', /^it (changed|was removed or replaced) while it was copied/);
        assert.equal(applied.verified, 2);
      }
      const before = kept(victim);
      const again = await applyMigration(place.context, { from: [from], onConflict: 'keep-both' }, {});
      if (before && !before.equals(original))
        assert.equal(again.copied, 1, 'what it is now comes with the next migration');
      assert.deepEqual(kept(victim), before);
    });

    test(`${what} while a plan is made: the plan is not carried out as if nothing had happened`, async () => {
      const { place, from, victim, context, changed } = world(1);
      using _ = place;
      const plan = await planMigration(context, { from: [from] }, {});
      assert.ok(changed());
      const now = kept(victim);
      const applying = applyMigration(place.context, { plan: plan.planId }, {});
      await assert.rejects(applying, code('PLAN_STALE'));
      assert.deepEqual(place.tree(), {});
      await applyMigration(place.context, { from: [from] }, {});
      if (now) assert.ok(fs.readFileSync(path.join(place.root, 'victim.bin')).equals(now));
      assert.deepEqual(kept(victim), now);
    });

    test(`${what} after a plan was made: the plan is refused`, async () => {
      const { place, from, victim } = world(99);
      using _ = place;
      const plan = await planMigration(place.context, { from: [from] }, {});
      change(victim);
      await assert.rejects(applyMigration(place.context, { plan: plan.planId }, {}), code('PLAN_STALE'));
      assert.deepEqual(place.tree(), {});
    });
  }

  for (const what of ['removed', 'replaced by a link', 'replaced by a directory']) {
    // Once to be planned, and to be copied on the way; once more to be copied over what the root has.
    for (const [stage, nth, older] of [
      ['planned', 1, {}],
      ['copied later', 2, { 'victim.bin': 'older' }],
    ] as const) {
      test(`${what} in the moment in which it is ${stage}: left out with a reason, the others arrive`, async () => {
        using place = placeWith(older);
        const from = path.join(place.path, 'app/old');
        makeTree(from, { 'a.txt': 'a', 'victim.bin': original, 'z.txt': 'z' });
        const victim = path.join(from, 'victim.bin');
        const context = place.open({ fs: filesChangedBeforeOpened(victim, nth, () => changes[what]!(victim)) });
        const applied = await applyMigration(context, { from: [from], onConflict: 'keep-source' }, {});
        assert.deepEqual(Object.keys(place.tree()), ['a.txt', ...Object.keys(older), 'z.txt']);
        if (nth === 2) assert.equal(fs.readFileSync(path.join(place.root, 'victim.bin'), 'utf8'), 'older');
        const { reason } = applied.omitted.find(one => one.path.endsWith('victim.bin'))!;
        assert.match(reason, /^it (vanished|was removed or replaced|was replaced)/);
      });
    }
  }
});
