import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { nameFromBytes, systemPath } from '../../src/engine/names.ts';
import type { ApplyMigration, ApplyResult, MigrationPlan, PlanItem } from '../../src/protocol/migrations.ts';
import { type Found, type LegacyWorld, stateOf } from './legacy-world.ts';

export interface Applied {
  plan: MigrationPlan;
  policy: ApplyMigration['onConflict'];
  after: ApplyMigration['after'];
  /** Of applying it once more, when there was nothing left to do. */
  last: ApplyResult;
}

/** Once a migration is complete: every legacy file lies in the root byte by byte, or is listed with a reason. */
export function assertBroughtOver(world: LegacyWorld, before: Found, { plan, policy, after, last }: Applied): void {
  const now = stateOf(world);
  const root = world.root;
  const listed = new Set(last.omitted.filter(({ reason }) => reason !== '').map(one => one.path));
  for (const one of plan.omitted) listed.add(one.path);
  const sourceOf = (item: PlanItem) => path.relative(world.base, path.resolve(world.base, 'app', item.source));
  for (const item of plan.items) {
    const [source, target] = [before[sourceOf(item)], now[`${root}/${item.target}`]];
    assert.ok(source, `${item.source} was there`);
    // A link to a file that is a link into the root by now is listed as one, and by its old place.
    const isLink = !target || source.type === 'link';
    if (listed.has(item.target) || (isLink && listed.has(item.source))) continue;
    const resolution = item.action === 'conflict' ? policy : undefined;
    const stays = () => assert.deepEqual(target, before[`${root}/${item.target}`], `${item.target} stays`);
    if (after === 'link' && item.action === 'copy' && source.type === 'file') {
      const real = fs.realpathSync.native(systemPath(`${world.base}/${sourceOf(item)}`), { encoding: 'buffer' });
      assert.equal(
        nameFromBytes(real),
        `${world.base}/${root}/${item.target}`,
        `${item.source} leads to ${item.target}`,
      );
    }
    if (item.schema !== undefined) {
      assert.equal(target?.type, 'file', `${item.target} was upgraded`);
    } else if (resolution === 'keep-both') {
      const beside = Object.entries(now).filter(([at]) => path.dirname(at) === path.dirname(`${root}/${item.target}`));
      assert.ok(
        beside.some(([, entry]) => sameContent(entry, source)),
        `${item.target} and its old version`,
      );
    } else if (resolution === 'keep-target') stays();
    else if (resolution === 'keep-newer' && !sameContent(target, source)) stays();
    else if (item.action === 'copy' && !item.secret) {
      assert.deepEqual(target, source, `${item.target} is as it was in its old place`);
    } else assert.ok(sameContent(target, source), `${item.target} has the bytes of ${item.source}`);
  }
  const known = new Set(plan.items.map(sourceOf));
  for (const at of world.sources.flatMap(source => Object.keys(before).filter(one => one.startsWith(`${source}/`)))) {
    if (before[at]?.type === 'dir' || known.has(at)) continue;
    const shown = at.startsWith('app/') ? at.slice('app/'.length) : `${world.base}/${at}`;
    const above = (one: string) => shown === one || shown.startsWith(`${one}/`);
    assert.ok([...listed].some(above), `${shown} is neither brought over nor listed`);
  }
}

function sameContent(one: Found[string] | undefined, other: Found[string] | undefined): boolean {
  if (one?.type === 'file' && other?.type === 'file') return one.sha256 === other.sha256;
  return one?.type === 'link' && other?.type === 'link' && one.target === other.target;
}
