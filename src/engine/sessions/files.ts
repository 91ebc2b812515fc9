import path from 'node:path';
import type { FileInfo } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { fileInfo } from '../vault/tree.ts';
import { findSession, type LocatedSession } from './collect.ts';
import { ContentSink, readSessionContent } from './content.ts';
import { absoluteContent } from './places.ts';

/** The files and links of a session as they are now; of a session of one file that one, by its name. */
export async function sessionFiles(context: Context, reference: string): Promise<FileInfo[]> {
  return filesOf(context, findSession(context, reference));
}

async function filesOf(context: Context, { place }: LocatedSession): Promise<FileInfo[]> {
  const sink = new ContentSink();
  const { tree } = await readSessionContent(context, absoluteContent(context, place), sink, {});
  return [...walkTree(sink, tree)]
    .map(({ path: at, entry }) => fileInfo(at, entry))
    .filter(({ type }) => type !== 'dir');
}

/**
 * Where one file of a session lies, absolute. Only what is really in it: a link is not followed out.
 *
 * @param file absent: the only one that there is
 * @throws NOT_FOUND, USAGE when it has to be said which of several
 */
export async function sessionFile(context: Context, located: LocatedSession, file?: string): Promise<string> {
  const content = absoluteContent(context, located.place);
  const lstat = context.ports.fs.lstatSync(content, { throwIfNoEntry: false });
  if (lstat?.isFile() && (file === undefined || file === '' || file === path.basename(content))) return content;
  const files = (await filesOf(context, located)).filter(({ type }) => type === 'file');
  if (file === undefined && files.length > 1) {
    throw new HoldfastError('USAGE', `The session "${located.look.facts.title}" has ${files.length} files.`, {
      hint: 'Say which one.',
      details: { files: files.map(({ path: at }) => at) },
    });
  }
  const found = file === undefined ? files[0] : files.find(({ path: at }) => at === file);
  if (found) return path.join(content, found.path);
  throw new HoldfastError('NOT_FOUND', `The session "${located.look.facts.title}" has no such file.`, {
    path: file,
    hint: 'Its files are listed with: holdfast session show ID --json',
  });
}
