import * as vscode from 'vscode';
import type { PlanItem } from '../../protocol/migrations.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { Bounded } from '../bounded.ts';
import { schemes } from '../contributions.ts';
import { texts } from '../messages.ts';
import type { Workspaces } from '../workspaces.ts';
import { fileStat, ReadOnlyFileSystem, reading } from './read-only.ts';
import { toUriPath } from './root-path.ts';

/** `result`: what would be written. `nothing`: an empty document, for what has no other side. */
export type PlanSide = 'source' | 'target' | 'result' | 'nothing';

type StoredSide = Exclude<PlanSide, 'nothing'>;

const bytesKept = 32_000_000;

/** `holdfast-plan://<plan id>.<side>/<target>?<item>`: one side of what a migration would do to one file. */
export function planUri(planId: string, item: PlanItem, side: PlanSide): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.plan,
    authority: `${planId}.${side}`,
    path: toUriPath(item.target),
    query: item.id,
  });
}

export class PlanFiles extends ReadOnlyFileSystem {
  private readonly contents = new Bounded<Uint8Array>(bytesKept);
  private readonly workspaces: Workspaces;

  constructor(workspaces: Workspaces) {
    super();
    this.workspaces = workspaces;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return fileStat(vscode.FileType.File, (await this.readFile(uri)).byteLength, undefined);
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const [planId = '', side = ''] = uri.authority.split('.');
    return reading(uri, async () => {
      if (side === 'nothing') return new Uint8Array();
      const bytes = isSide(side) ? await this.bytes(planId, uri.query, side) : undefined;
      if (!bytes) throw vscode.FileSystemError.FileNotFound(uri);
      return bytes;
    });
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  /** `undefined`: there is nothing on this side. A plan is what it was when it was made, so its sides are kept. */
  async bytes(planId: string, item: string, side: StoredSide): Promise<Uint8Array | undefined> {
    const key = `${planId}.${side}/${item}`;
    const known = this.contents.get(key);
    if (known) return known;
    for (const workspace of this.workspaces.all) {
      try {
        const bytes = await (await workspace.client()).planContent(planId, item, side);
        if (bytes) this.contents.set(key, bytes, bytes.byteLength);
        return bytes;
      } catch (error) {
        if (!HoldfastError.is(error, 'NOT_FOUND', 'ROOT_UNUSABLE', 'ROOT_MISSING')) throw error;
      }
    }
    throw new HoldfastError('NOT_FOUND', texts.noSuchPlan(planId));
  }
}

function isSide(side: string): side is StoredSide {
  return side === 'source' || side === 'target' || side === 'result';
}
