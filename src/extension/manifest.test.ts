import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import {
  commandIds,
  contextKeys,
  rowKinds,
  schemes,
  settingIds,
  settings,
  viewContainer,
  viewIds,
  writingCommands,
} from './contributions.ts';

const project = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(project, 'package.json'), 'utf8');
const nls = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(join(project, 'package.nls.json'), 'utf8')));

const When = z.looseObject({
  when: z.string().optional(),
  command: z.string().optional(),
  group: z.string().optional(),
});
const Manifest = z.looseObject({
  activationEvents: z.array(z.string()),
  capabilities: z.object({
    untrustedWorkspaces: z.looseObject({
      supported: z.literal('limited'),
      restrictedConfigurations: z.array(z.string()),
    }),
    virtualWorkspaces: z.looseObject({}),
  }),
  contributes: z.object({
    commands: z.array(
      z.looseObject({ command: z.string(), category: z.string(), title: z.string(), icon: z.string().optional() }),
    ),
    configuration: z.looseObject({ properties: z.record(z.string(), z.looseObject({ scope: z.string() })) }),
    viewsContainers: z.object({ activitybar: z.array(z.looseObject({ id: z.string() })) }),
    views: z.record(z.string(), z.array(z.looseObject({ id: z.string(), when: z.string().optional() }))),
    viewsWelcome: z.array(z.looseObject({ view: z.string(), when: z.string() })),
    menus: z.record(z.string(), z.array(When)),
    walkthroughs: z.array(z.looseObject({ steps: z.array(z.looseObject({ id: z.string() })) })),
  }),
});
const manifest = Manifest.parse(JSON.parse(text));
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const whenClauses = [...menuItems, ...contributes.viewsWelcome, ...Object.values(contributes.views).flat()].flatMap(
  ({ when }) => (when === undefined ? [] : [when]),
);

test('the manifest declares every typed command, and no other', () => {
  assert.deepEqual(
    contributes.commands.map(({ command }) => command),
    [...commandIds],
  );
  assert.ok(contributes.commands.every(({ category }) => category === 'Holdfast'));
});

test('the manifest declares every typed setting, and no other', () => {
  assert.deepEqual(Object.keys(contributes.configuration.properties).sort(), [...settingIds].sort());
  const restricted = settingIds.filter(id => settings[id].restricted);
  assert.deepEqual([...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(), restricted.sort());
  assert.equal(contributes.configuration.properties['holdfast.root']?.scope, 'machine-overridable');
});

test('the manifest declares every typed view, and no other', () => {
  assert.deepEqual(
    contributes.viewsContainers.activitybar.map(({ id }) => id),
    [viewContainer],
  );
  assert.deepEqual(
    contributes.views[viewContainer]?.map(({ id }) => id),
    [...viewIds],
  );
});

test('menus, links and completion events name commands that exist', () => {
  const named = menuItems.flatMap(({ command }) => (command === undefined ? [] : [command]));
  const linked = [
    ...JSON.stringify([nls, contributes.walkthroughs]).matchAll(/(?:command|onCommand):(holdfast\.[\w.]+)/g),
  ].map(([, id]) => id);
  assert.ok(linked.length > 0);
  const known: readonly string[] = commandIds;
  for (const id of [...named, ...linked]) assert.ok(id !== undefined && known.includes(id), `unknown command ${id}`);
});

test('when clauses name context keys, views and rows that exist', () => {
  const keys = Object.keys(contextKeys);
  const views: readonly string[] = viewIds;
  const rows: readonly string[] = Object.values(rowKinds);
  for (const when of whenClauses) {
    for (const [, view] of when.matchAll(/\bview == ([\w.]+)/g)) assert.ok(view && views.includes(view), when);
    for (const [, row] of when.matchAll(/viewItem =~ \/\^([\w\\.]+)/g))
      assert.ok(row && rows.includes(row.replaceAll('\\', '')), when);
    const rest = when.replaceAll(/\/[^/]+\//g, '').replaceAll(/\bview == [\w.]+/g, '');
    for (const [key] of rest.matchAll(/holdfast\.[\w.]+/g)) assert.ok(keys.includes(key), `${key} in ${when}`);
  }
  for (const { view } of contributes.viewsWelcome) assert.ok(views.includes(view), view);
});

test('each text of the manifest is there, and none is left over', () => {
  const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(nls).sort());
  assert.ok(contributes.commands.every(({ title }) => title.startsWith('%')));
});

test('a command with a place in a title or a row has an icon there, and at most three are shown', () => {
  const icons = new Map(contributes.commands.map(({ command, icon }) => [command, icon]));
  const inline = menuItems.filter(({ group }) => group?.startsWith('inline') || group?.startsWith('navigation'));
  for (const { command, group } of inline) {
    assert.ok(command !== undefined && icons.get(command), `${command} has no icon`);
    assert.ok(Number(group?.split('@')[1]) <= 3, `${command} in ${group}`);
  }
  const restores = inline.filter(({ command }) => /restore|delete/i.test(command ?? ''));
  assert.deepEqual(restores, [], 'what overwrites or deletes is too easy to hit there');
});

test('tabs of read-only content come back after a restart', () => {
  for (const scheme of [schemes.snapshot, schemes.session, schemes.plan]) {
    assert.ok(manifest.activationEvents.includes(`onFileSystem:${scheme}`), scheme);
  }
});

test('what writes is hidden while the workspace is not trusted', () => {
  const writing: readonly string[] = writingCommands;
  const shown = menuItems.filter(({ command, when }) => writing.includes(command ?? '') && when !== 'false');
  const palette = contributes.menus.commandPalette?.map(({ command }) => command) ?? [];
  for (const id of writing) assert.ok(palette.includes(id), `${id} has no condition in the palette`);
  for (const { command, when } of shown) {
    // The state `ready` is never that of a workspace that is not trusted.
    assert.match(when ?? '', /isWorkspaceTrusted|holdfast\.state == ready/, `${command} when ${when}`);
  }
});
