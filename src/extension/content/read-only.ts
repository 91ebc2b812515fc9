import * as vscode from 'vscode';
import { HoldfastError } from '../../sidecar/client.ts';

/** What every read-only file system of Holdfast shares: nothing can be written, and errors are VS Code's own. */
export abstract class ReadOnlyFileSystem implements vscode.FileSystemProvider {
  protected readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  abstract stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  abstract readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]>;
  abstract readFile(uri: vscode.Uri): Promise<Uint8Array>;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri, _content?: Uint8Array): void | Promise<void> {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  copy(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** Rejects with VS Code's error for what is absent or cannot be read. */
export async function reading<Result>(uri: vscode.Uri, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (HoldfastError.is(error, 'NOT_FOUND')) throw vscode.FileSystemError.FileNotFound(uri);
    if (HoldfastError.is(error))
      throw vscode.FileSystemError.Unavailable(`${error.message}${error.hint ? ` ${error.hint}` : ''}`);
    throw error;
  }
}

/** Of what cannot be written. */
export function fileStat(type: vscode.FileType, size: number, mtime: string | undefined): vscode.FileStat {
  const time = mtime === undefined ? 0 : Date.parse(mtime);
  return { type, size, mtime: time, ctime: time, permissions: vscode.FilePermission.Readonly };
}
