import { createReadStream } from 'node:fs';
import zlib from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { HoldfastError } from '../errors.ts';
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
  const parser = extract();
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
    for await (const entry of parser) yield entry as unknown as ArchivePart;
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
