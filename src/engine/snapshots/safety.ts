import type { SnapshotReason } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { PathSet } from '../path-set.ts';
import type { Work } from '../ports.ts';
import { takeSnapshot } from './create.ts';

export interface Danger {
  reason: SnapshotReason;
  title: string;
  /** What is about to be overwritten or deleted, relative to `base`. */
  paths: readonly string[];
  /** What is about to be made where nothing is: the snapshot covers it, so that restoring that can take it away again. */
  made?: readonly string[];
  /** The root, or the directory outside it in which this happens. */
  base: string;
}

/**
 * The snapshot that precedes whatever overwrites or deletes (design rule 2): of the whole root, or of the files in danger
 * when they lie elsewhere. What is in danger is in it even where `holdfast.exclude` leaves it out.
 *
 * @returns its id
 * @throws CONFLICT when something in danger could not be saved
 */
export async function takeSafetySnapshot(
  context: Context,
  { reason, title, paths, made = [], base }: Danger,
  work: Work,
): Promise<string> {
  const inRoot = base === context.root;
  const description = inRoot ? '' : `Files of ${base}: restore this snapshot with --to that directory.`;
  const snapshot = await takeSnapshot(
    context,
    {
      reason,
      scope: { paths: inRoot ? [] : [...paths, ...made], areas: [] },
      labels: {
        title: shortened(title, 200),
        description: shortened(description, 2000),
        tags: ['safety'],
        pinned: false,
      },
      always: paths,
      ...(inRoot ? {} : { base }),
    },
    work,
  );
  if (snapshot.skipped.length === 0) return snapshot.id;
  const inDanger = new PathSet(paths);
  const lost = snapshot.skipped.find(({ path }) => inDanger.leadsTo(path));
  if (!lost) return snapshot.id;
  throw new HoldfastError('CONFLICT', 'A file that is to be overwritten or removed cannot be saved first.', {
    path: lost.path,
    hint: `Nothing was changed. See to it, or move it away: ${lost.reason}.`,
  });
}

/** A record with longer words than the protocol allows could not be read again. */
function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
