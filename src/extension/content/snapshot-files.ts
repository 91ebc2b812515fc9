import * as vscode from 'vscode';
import type { FileInfo } from '../../protocol/common.ts';
import { schemes } from '../contributions.ts';
import { fileStat, ReadOnlyFileSystem, reading } from './read-only.ts';
import { baseName, fromUriPath, toUriPath } from './root-path.ts';
import type { SnapshotContents } from './snapshot-contents.ts';

/** `holdfast-snapshot://<id>/<path>`: the id is the authority, so that both sides of a comparison have the same path. */
export function snapshotUri(id: string, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: schemes.snapshot, authority: id, path: toUriPath(path) });
}

/** The same under the path of the live file: with different paths, a comparison with it would be shown as a rename. */
export function snapshotUriBeside(id: string, path: string, live: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.snapshot,
    authority: id,
    path: live.path,
    query: `path=${toUriPath(path)}`,
  });
}

/** The root-relative path of the file that such a URI names. */
export function pathOf(uri: vscode.Uri): string {
  return fromUriPath(/^path=(.*)$/s.exec(uri.query)?.[1] ?? uri.path);
}

export class SnapshotFiles extends ReadOnlyFileSystem {
  private readonly contents: SnapshotContents;

  constructor(contents: SnapshotContents) {
    super();
    this.contents = contents;
  }

  stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return reading(uri, async () => {
      const path = pathOf(uri);
      const tree = await this.contents.tree(uri.authority);
      const entry = tree.entries.get(path);
      if (entry) return fileStat(typeOf(entry), entry.type === 'file' ? entry.size : 0, entry.mtime);
      if (tree.children.has(path)) return fileStat(vscode.FileType.Directory, 0, undefined);
      throw vscode.FileSystemError.FileNotFound(uri);
    });
  }

  readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    return reading(uri, async () => {
      const tree = await this.contents.tree(uri.authority);
      const children = tree.children.get(pathOf(uri));
      if (!children) throw vscode.FileSystemError.FileNotFound(uri);
      return children.map(entry => [baseName(toUriPath(entry.path)), typeOf(entry)]);
    });
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return reading(uri, async () => {
      const path = pathOf(uri);
      const entry = (await this.contents.tree(uri.authority)).entries.get(path);
      if (!entry) throw vscode.FileSystemError.FileNotFound(uri);
      if (entry.type === 'dir') throw vscode.FileSystemError.FileIsADirectory(uri);
      // A link is shown as what it says, never as what it leads to: that is not part of the snapshot.
      if (entry.type === 'link') return Buffer.from(`${entry.target ?? ''}\n`);
      return this.contents.bytes(uri.authority, path);
    });
  }
}

function typeOf(entry: FileInfo): vscode.FileType {
  return entry.type === 'dir' ? vscode.FileType.Directory : vscode.FileType.File;
}
