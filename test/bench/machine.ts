import { statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

const fileSystems = new Map([
  [0xef53, 'ext4'],
  [0x01021994, 'tmpfs'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlayfs'],
]);

/** The file system that holds `path`, as Linux calls it; 'disk' where that is not known. */
export function fileSystemOf(path: string): string {
  return (process.platform === 'linux' && fileSystems.get(statfsSync(path).type)) || 'disk';
}

/** What a figure depends on, in a few words that name nobody's machine. */
export function machine(directory: string): string {
  const model = cpus()[0]?.model.trim() || 'processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const node = process.version.split('.')[0];
  return `${cpus().length} × ${model}, ${memory} GiB, ${process.platform}, ${fileSystemOf(directory)}, Node ${node}`;
}
