import { createReadStream } from 'node:fs';
import zlib from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { HoldfastError } from '../errors.ts';
import { nameFromBytes } from '../names.ts';
import type { Ports } from '../ports.ts';
import { unsafe } from './archive-names.ts';

/** What 1 byte of an archive may grow to. Real data stays far below; a bomb does not. */
const greatestGrowth = 1000;
const alwaysAllowed = 64 * 1024 * 1024;
const chunkLength = 128 * 1024;

/** One entry: its bytes have to be read, or skipped by reading, before the next comes. */
export interface ArchivePart extends AsyncIterable<Buffer> {
  header: Header;
}

/**
 * The entries of a `.tar` or `.tar.gz`, one after the other. Only parses: nothing is written anywhere, and nothing is
 * believed that an entry says about itself.
 *
 * @throws NOT_FOUND, CORRUPT when it cannot be read to its end, ARCHIVE_UNSAFE when it grows without bounds or says what
 * cannot be; so does reading the bytes of an entry
 */
export async function* readArchive(ports: Ports, file: string): AsyncGenerator<ArchivePart> {
  let plainBytes = archiveSize(ports, file);
  const source = createReadStream(file, { highWaterMark: chunkLength });
  const stages: { destroy(): unknown }[] = [source];
  // Latin-1 keeps each byte of a name as it is; `exactNames` makes names of them.
  const parser = extract({ filenameEncoding: 'latin1' } as Parameters<typeof extract>[0]);
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    parser.destroy(failure);
  };
  source.on('error', fail);
  let plain: NodeJS.ReadableStream = source;
  if (isGzip(ports, file)) {
    plainBytes = 0;
    const gunzip = zlib.createGunzip({ chunkSize: chunkLength });
    gunzip.on('error', fail);
    gunzip.on('data', chunk => {
      plainBytes += chunk.length;
      // Compared with what was read so far, not with the whole file, so that it is noticed at once.
      if (plainBytes > alwaysAllowed && plainBytes > gunzip.bytesWritten * greatestGrowth) fail(growsTooMuch(file));
    });
    stages.push(gunzip);
    plain = source.pipe(gunzip);
  }
  plain.pipe(parser);
  // Bytes are read outside this function, so it is there that a damaged archive is met.
  const bytesOf = async function* (entry: AsyncIterable<Buffer>) {
    try {
      yield* entry;
    } catch (error) {
      throw asArchiveError(failure ?? error, file);
    }
  };
  let entries = 0;
  try {
    for await (const entry of parser as AsyncIterable<ArchivePart>) {
      entries++;
      const { header } = entry;
      exactNames(header);
      // The parser would wait for bytes that never come: a directory has none, whatever size it declares, and a size in
      // no known form is none at all.
      if (header.type === 'directory') header.size = 0;
      if (!Number.isSafeInteger(header.size)) throw unsafe(header.name, 'it declares an impossible size');
      yield { header, [Symbol.asyncIterator]: () => bytesOf(entry) };
    }
    if (failure) throw failure;
    if (plainBytes === 0) throw new Error('it is empty');
  } catch (error) {
    if (entries === 0 && failure === undefined && plainBytes > 0 && !HoldfastError.is(error))
      throw noArchive(file, error);
    throw asArchiveError(failure ?? error, file);
  } finally {
    for (const stage of stages) stage.destroy();
  }
}

function asArchiveError(error: unknown, file: string): HoldfastError {
  if (HoldfastError.is(error)) return error;
  const { message } = error as Error;
  const why = message.startsWith('Invalid tar header') ? 'what comes next is no entry of a tar archive' : message;
  return new HoldfastError('CORRUPT', `The archive cannot be read to its end: ${why}.`, {
    path: file,
    hint: 'Use another backup; list them with: holdfast backup list',
    cause: error,
  });
}

function noArchive(file: string, cause: unknown): HoldfastError {
  return new HoldfastError('CORRUPT', 'This is not a tar archive.', {
    path: file,
    hint: 'Give a .tar or .tar.gz file, or the id of a backup: holdfast backup list',
    cause,
  });
}

function growsTooMuch(file: string): HoldfastError {
  return new HoldfastError(
    'ARCHIVE_UNSAFE',
    'The archive is not safe to unpack: it grows to more than a thousand times its size.',
    { path: file, hint: 'Nothing was changed.' },
  );
}

/** Names in the plain header are bytes; those in a pax header were UTF-8 by definition. */
function exactNames(header: Header): void {
  const pax = header.pax as { path?: string; linkpath?: string } | null | undefined;
  const exact = (bytes: string) => nameFromBytes(Buffer.from(bytes, 'latin1'));
  if (!pax?.path) header.name = exact(header.name);
  if (!pax?.linkpath && header.linkname) header.linkname = exact(header.linkname);
}

function archiveSize({ fs }: Ports, file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) {
    throw new HoldfastError('NOT_FOUND', 'There is no such archive.', {
      path: file,
      hint: 'List backups with: holdfast backup list',
    });
  }
  if (stat.isFile()) return stat.size;
  throw new HoldfastError('NOT_FOUND', 'This is not an archive file.', {
    path: file,
    hint: 'Give a .tar or .tar.gz file.',
  });
}

function isGzip({ fs }: Ports, file: string): boolean {
  const start = Buffer.alloc(2);
  const handle = fs.openSync(file, 'r');
  try {
    fs.readSync(handle, start, 0, 2, 0);
  } finally {
    fs.closeSync(handle);
  }
  return start[0] === 0x1f && start[1] === 0x8b;
}
