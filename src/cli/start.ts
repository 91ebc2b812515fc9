import { statSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = dirname(fileURLToPath(import.meta.url));
// What V8 makes of the program is kept beside it, as Python does, which spares each later start a third of its time. Not in
// somebody else's directory: what root leaves there, its owner could not remove.
if (process.geteuid && statSync(directory).uid === process.geteuid()) {
  module.enableCompileCache?.(join(directory, 'compiled'));
}
createRequire(import.meta.url)('./cli.cjs');
