import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { customProfileSchema } from '../src/profiles/custom/schema.ts';

/** Writes the JSON Schema of `holdfast.profile.json`, which editors get with the extension. */
const project = join(import.meta.dirname, '..');
const file = 'media/holdfast.profile.schema.json';
writeFileSync(join(project, file), JSON.stringify(customProfileSchema()));
const biome = join(project, 'node_modules/@biomejs/biome/bin/biome');
const { status } = spawnSync(process.execPath, [biome, 'format', '--write', file], { cwd: project, stdio: 'inherit' });
process.exitCode = status ?? 1;
