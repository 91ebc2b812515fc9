import { createReadStream } from 'node:fs';
import zlib from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { HoldfastError } from '../errors.ts';
import { nameFromBytes } from '../names.ts';
import type { Ports } from '../ports.ts';

/** What 1 byte of an archive may grow to. Real data stays far below; a bomb does not. */
const greatestGrowth = 1000;
const alwaysAllowed = 64 * 1024 * 1024;

/** One entry: its bytes have to be read, or skipped by reading, before the next comes. */
export type ArchivePart = AsyncIterable<Buffer> & { header: Header };

/**
 * The entries of a `.tar` or `.tar.gz`, one after the other. Only parses: nothing is written anywhere, and nothing is
 * believed that an entry says about itself.
 *
 * @throws NOT_FOUND, CORRUPT when it cannot be read to its end, ARCHIVE_UNSAFE when it grows without bounds
 */
export async function* readArchive(ports: Ports, file: string): AsyncGenerator<ArchivePart> {
  const size = archiveSize(ports, file);
  const source = createReadStream(file);
  const stages: { destroy(): unknown }[] = [source];
  // Latin-1 keeps each byte of a name as it is; `exactNames` makes names of them.
  const parser = extract({ filenameEncoding: 'latin1' } as Parameters<typeof extract>[0]);
  let grown = 0;
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    parser.destroy(failure);
  };
  source.on('error', fail);
  let plain: NodeJS.ReadableStream = source;
  if (isGzip(ports, file)) {
    const gunzip = zlib.createGunzip();
    gunzip.on('error', fail);
    gunzip.on('data', chunk => {
      grown += chunk.length;
      if (grown > alwaysAllowed && grown > size * greatestGrowth) {
        fail(
          new HoldfastError(
            'ARCHIVE_UNSAFE',
            'The archive is not safe to unpack: it grows to more than a thousand times its size.',
            {
              path: file,
              hint: 'Nothing was changed.',
            },
          ),
        );
      }
    });
    stages.push(gunzip);
    plain = source.pipe(gunzip);
  }
  plain.pipe(parser);
  try {
    for await (const entry of parser as AsyncIterable<ArchivePart>) {
      exactNames(entry.header);
      yield entry;
    }
    if (failure) throw failure;
  } catch (error) {
    if (HoldfastError.is(error)) throw error;
    throw new HoldfastError(
      'CORRUPT',
      `The archive cannot be read to its end: ${(failure ?? (error as Error)).message}.`,
      {
        path: file,
        hint: 'Use another backup; list them with: holdfast backup list',
        cause: error,
      },
    );
  } finally {
    for (const stage of stages) stage.destroy();
  }
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
