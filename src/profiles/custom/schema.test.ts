import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { customProfileSchema } from './schema.ts';

test('the schema that editors get is the one that Holdfast checks by', () => {
  const published = path.join(import.meta.dirname, '../../../media/holdfast.profile.schema.json');
  assert.deepEqual(
    JSON.parse(fs.readFileSync(published, 'utf8')),
    JSON.parse(JSON.stringify(customProfileSchema())),
    'media/holdfast.profile.schema.json is stale; make it anew: node scripts/profile-schema.ts',
  );
});

test('every field of the schema says what it is for', () => {
  const check = (schema: Record<string, unknown>, at: string) => {
    for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, typeof schema>)) {
      if (name !== '$schema') assert.ok(property.description, `${at}.${name}`);
      check(property, `${at}.${name}`);
      if (property.items) check(property.items as typeof schema, `${at}.${name}[]`);
    }
  };
  check(customProfileSchema() as Record<string, unknown>, '');
});
