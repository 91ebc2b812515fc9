import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Puts the extension among the installed ones of a VS Code that has not started yet, as a link to where it is built.
 * Where a user looks on, this beats naming it in the address: that needs VS Code's test mode, in which no notification
 * appears by itself.
 */
export function linkExtension(extensionDir: string, extensionsDir: string): void {
  const manifest = JSON.parse(readFileSync(join(extensionDir, 'package.json'), 'utf8'));
  const name = `${manifest.publisher}.${manifest.name}-${manifest.version}`;
  // A junction is what Windows lets a normal user make.
  symlinkSync(resolve(extensionDir), join(extensionsDir, name), 'junction');
}
