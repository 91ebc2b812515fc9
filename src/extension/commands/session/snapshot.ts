import { HoldfastError } from '../../../sidecar/client.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import { chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';

/** A snapshot of nothing but one session. */
export const snapshotSession: Command = {
  async run(services, args) {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const { workspace, session } = chosen;
    if (session.legacy) {
      throw new HoldfastError('CONFLICT', texts.legacyNoSnapshot(), { path: session.location });
    }
    return runCommand('holdfast.snapshot.create', {
      folder: workspace.folder.uri.toString(),
      paths: [session.location],
    });
  },
};
