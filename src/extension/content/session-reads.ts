import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import * as z from 'zod';

/** A content of a document as the sidecar had it. */
export interface Seen {
  readonly etag: string;
  /** SHA-256 of the bytes. */
  readonly digest: string;
  /** What VS Code was told of it; absent for what an earlier window read. `time` in milliseconds. */
  readonly told?: { readonly size: number; readonly time: number };
}

const stored = 'holdfast.sessionReads';
const Stored = z.record(z.string(), z.object({ etag: z.string(), digest: z.string() }));

/** Matches no version: saving what was made from nobody knows what is always a question. */
const unknown: Seen = { etag: '"0-0000000000000000"', digest: '' };

/**
 * From what each document of this window was made: the version that saving it replaces. Of documents with unsaved edits
 * it outlives the window, because VS Code brings their text back without reading the file.
 */
export class SessionReads {
  private readonly bases = new Map<string, Seen>();
  /** What was read while there were unsaved edits: theirs only if it turns out that they were given up for it. */
  private readonly later = new Map<string, Seen>();
  private readonly told = new Map<string, Seen & { told: { size: number; time: number } }>();
  private readonly memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
    for (const [key, seen] of Object.entries(this.kept())) this.bases.set(key, seen);
  }

  base(uri: vscode.Uri): Seen | undefined {
    return this.bases.get(uri.toString());
  }

  /** The number of the version that a document is made from. */
  version(uri: vscode.Uri): number | undefined {
    const number = /^"(\d+)-/.exec(this.base(uri)?.etag ?? '')?.[1];
    return number === undefined ? undefined : Number(number);
  }

  /** @param dirty whether the document has edits that this content does not replace */
  read(uri: vscode.Uri, seen: Seen, dirty: boolean): void {
    if (dirty) this.later.set(uri.toString(), seen);
    else this.is(uri, seen);
  }

  /** The document is now what `seen` says, because it was read or written. */
  is(uri: vscode.Uri, seen: Seen): void {
    this.later.delete(uri.toString());
    this.bases.set(uri.toString(), seen);
  }

  /** The unsaved edits were given up for what was read last. */
  settle(uri: vscode.Uri): void {
    const later = this.later.get(uri.toString());
    if (later) this.is(uri, later);
  }

  /**
   * What saving a document replaces. VS Code refuses by itself to save over what is newer and of another size: where it
   * saves all the same, the person was shown that and chose to overwrite.
   *
   * @param dirty whether it has unsaved edits; without, nothing at all may be expected
   */
  expected(uri: vscode.Uri, dirty: boolean): Seen | undefined {
    const base = this.base(uri) ?? (dirty ? unknown : undefined);
    const shown = this.told.get(uri.toString());
    const asked = base?.told && shown && shown.told.time > base.told.time && shown.told.size !== base.told.size;
    return asked ? shown : base;
  }

  /**
   * What VS Code is told of a file. The time moves whenever the content does: VS Code takes an equal time and size for
   * equal content.
   */
  tell(uri: vscode.Uri, { etag, digest }: Seen, size: number, updatedAt: string) {
    const before = this.told.get(uri.toString());
    const natural = Date.parse(updatedAt);
    const same = before?.digest === digest;
    const time = before === undefined ? natural : same ? before.told.time : Math.max(natural, before.told.time + 1);
    const seen = { etag, digest, told: { size, time } };
    this.told.set(uri.toString(), seen);
    return seen;
  }

  /** Keeps for the next window what a document with unsaved edits was made from. */
  keep(uri: vscode.Uri, dirty: boolean): void {
    const key = uri.toString();
    const kept = this.kept();
    const base = dirty ? this.bases.get(key) : undefined;
    if (kept[key]?.etag === base?.etag) return;
    const { [key]: _, ...others } = kept;
    void this.memento.update(stored, base ? { ...others, [key]: { etag: base.etag, digest: base.digest } } : others);
  }

  forget(uri: vscode.Uri): void {
    this.keep(uri, false);
    for (const map of [this.bases, this.later, this.told]) map.delete(uri.toString());
  }

  private kept(): z.infer<typeof Stored> {
    return Stored.safeParse(this.memento.get(stored)).data ?? {};
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
