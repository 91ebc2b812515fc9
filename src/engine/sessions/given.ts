import path from 'node:path';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath, systemPath } from '../names.ts';
import type { Work } from '../ports.ts';
import { walkFiles } from '../root/walk-files.ts';
import { objectHash, objectId } from '../vault/object-id.ts';
import { chunkLength, decodeTree, type FileEntry, type TreeEntry } from '../vault/tree.ts';
import { type ContentSink, putTree, readSessionContent, type SessionContent, summaryOf } from './content.ts';
import type { SessionPlace } from './places.ts';
import type { LiveContent } from './put-live.ts';
import { editTree } from './tree-edit.ts';

/** Content that a caller hands over: a file or directory (absolute), or the bytes of one file of the session. */
export type Given = { path: string } | { bytes: Buffer; file?: string | undefined };

/** What a new session without content begins with, and the name of content that comes without one. */
export const unnamedFile = 'content.json';

interface Target {
  context: Context;
  place: SessionPlace;
  live: LiveContent | undefined;
  sink: ContentSink;
}

/**
 * What is given, in the shape of the session it is for: the one file of a session keeps its name.
 *
 * @throws NOT_FOUND, CONTENT_TOO_LARGE, CONFLICT when a directory is given for a session of one file, or the other way
 */
export async function givenContent(target: Target, given: Given, work: Work): Promise<SessionContent> {
  const { context, place, live, sink } = target;
  const there = live ? decodeTree(live.trees.get(live.tree)) : [];
  if ('bytes' in given) {
    checkSize(context, given.bytes.length);
    const name =
      given.file === undefined ? nameFor(place, there, unnamedFile) : checkedPath(given.file, context.ports.platform);
    const entry = await fileOfBytes(context, sink, given.bytes, name);
    const tree = place.native && live ? live.tree : undefined;
    return shaped(place, await editTree(sink, tree, name.split('/'), entry), sink);
  }
  checkSize(context, sizeOf(context, given.path));
  const content = await readSessionContent(context, given.path, sink, work);
  if (content.torn[0]) {
    throw new HoldfastError('CONFLICT', 'What is given could not be read as a whole.', {
      path: given.path,
      hint: `Nothing was changed. ${content.torn[0].path}: ${content.torn[0].reason}.`,
      details: { omitted: content.torn },
    });
  }
  if (content.type === 'dir') return place.native ? content : refuseShape(place);
  const [file] = decodeTree(sink.get(content.tree));
  return shaped(place, await putTree(sink, [{ ...file!, name: nameFor(place, there, file!.name) }]), sink);
}

/** The content of one version, or of a snapshot's directory, as that of a session. */
export function shaped(place: SessionPlace, tree: string, sink: ContentSink): SessionContent {
  return { type: place.native ? 'dir' : 'file', ...summaryOf(sink, tree), torn: [] };
}

/** @throws CONTENT_TOO_LARGE, before anything is written */
export function checkSize({ settings }: Context, bytes: number): void {
  if (bytes <= settings.sessionLimit) return;
  throw new HoldfastError(
    'CONTENT_TOO_LARGE',
    `The content has ${bytes} bytes; a session may have ${settings.sessionLimit}.`,
    { hint: 'Nothing was written. Raise the setting holdfast.sessionLimit, or keep large files beside the session.' },
  );
}

/** The bytes of a file or directory, by what the system says of it. */
function sizeOf({ ports: { fs } }: Context, given: string): number {
  const stats = fs.lstatSync(systemPath(given), { throwIfNoEntry: false });
  if (!stats)
    throw new HoldfastError('NOT_FOUND', 'There is nothing to make a session from.', {
      path: given,
      hint: 'Give a file or a directory.',
    });
  if (!stats.isDirectory()) return stats.size;
  let bytes = 0;
  walkFiles(
    fs,
    given,
    (_, inner) => {
      bytes += inner.size;
    },
    () => false,
  );
  return bytes;
}

function nameFor(place: SessionPlace, there: readonly TreeEntry[], usual: string): string {
  if (!place.native) return path.posix.basename(place.location);
  const [only] = there;
  if (there.length === 0) return usual;
  if (there.length === 1 && only?.type === 'file') return only.name;
  throw new HoldfastError('CONFLICT', 'The session has several files, and only one is given.', {
    path: place.location,
    hint: 'Give a directory with all of them.',
  });
}

function refuseShape(place: SessionPlace): never {
  throw new HoldfastError('CONFLICT', 'A directory is given, and this session is one file.', {
    path: place.location,
    hint: 'Give a file.',
  });
}

/** An entry for these bytes, which are stored. */
export async function fileOfBytes(
  context: Context,
  sink: ContentSink,
  bytes: Buffer,
  name: string,
): Promise<FileEntry> {
  const whole = objectHash();
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkLength) {
    const chunk = bytes.subarray(at, at + chunkLength);
    whole.update(chunk);
    const id = objectId(chunk);
    chunks.push(id);
    await sink.put('content', id, chunk);
  }
  const mtime = `${BigInt(context.ports.now().getTime()) * 1_000_000n}`;
  const content = { size: bytes.length, sha256: whole.digest('hex'), ...(chunks.length > 1 ? { chunks } : {}) };
  return { name, type: 'file', mode: 0o644, mtime, ...content };
}
