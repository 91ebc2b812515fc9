import type { Snapshot } from '../../../protocol/snapshots.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import type { Services } from '../../services.ts';
import { chooseWorkspace, filesAndBytes, given } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { omissionLines } from '../report-lines.ts';

export const createSnapshot: Command = {
  async run(services, args): Promise<Snapshot | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const title = await services.prompts.input({
      title: texts.snapshotTitle(),
      placeholder: texts.snapshotTitleHint(),
    });
    if (title === undefined) return undefined;
    const client = await workspace.client();
    const { paths } = given(args);
    const snapshot = await withWork(texts.takingSnapshot(), work =>
      client.createSnapshot({ title: title.trim(), paths }, work),
    );
    await workspace.refresh('snapshots', 'status');
    tellResult(services, snapshot);
    return snapshot;
  },
};

function tellResult(services: Services, snapshot: Snapshot): void {
  const name = snapshot.title || filesAndBytes(snapshot);
  if (snapshot.skipped.length === 0) {
    inBackground(
      services,
      services.prompts
        .tell('info', texts.snapshotTaken(name, snapshot.files), { show: texts.showSnapshots() })
        .then(action => {
          if (action) void runCommand('holdfast.snapshot.list');
        }),
    );
    return;
  }
  inBackground(
    services,
    services.prompts
      .tell('warning', texts.snapshotTakenWithOmissions(name, snapshot.skipped.length), { list: texts.showList() })
      .then(action => {
        if (action) void services.reports.show(texts.leftOut(), omissionLines(texts.leftOut(), snapshot.skipped));
      }),
  );
}
