import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Context } from '../../src/engine/context.ts';
import { settleRoot } from '../../src/engine/placement/recover.ts';
import { allBuffers } from '../../src/engine/sessions/buffers/files.ts';
import { readBuffer } from '../../src/engine/sessions/buffers/recover.ts';
import { sessionHistory } from '../../src/engine/sessions/history.ts';
import { readVersionFile } from '../../src/engine/sessions/version-content.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree } from '../fixtures/tree.ts';

/** What is known of a session: of each version its text, what lies there, and what was typed and not saved. */
export interface Known {
  versions: string[];
  /** Whether what lies there is the newest version, and not a deleted one that reappeared. */
  captured: boolean;
  live: string | undefined;
  typed: string | undefined;
}

/** What a step may lead to, besides what was. */
export interface Wanted {
  live?: string | undefined;
  typed?: string | undefined;
  /** A version that may have been made although it lies there no more. */
  version?: string | undefined;
}

/** A session, and what everybody who changed it was told. */
export class SessionWorld {
  readonly #base: string;
  /** Every text that ever lay there. */
  readonly #seen: string[] = [];
  id = '';
  known: Known = { versions: [], captured: false, live: undefined, typed: undefined };

  constructor(base: string) {
    this.#base = base;
    makeTree(base, { data: { workspace: {} } });
  }

  context(ports: Parameters<typeof testContext>[1] = {}): Context {
    return testContext(this.#base, ports);
  }

  get file(): string {
    return `${this.#base}/data/workspace/sessions/${this.id}/content/content.json`;
  }

  /**
   * Looks at what there is, as whoever comes next would: every version that was acknowledged is there as it was, their
   * numbers have no gaps, and what came besides is what somebody was about to do.
   *
   * @param wanted what may have happened instead of what is known: another content, other edits
   */
  async check(wanted: Wanted = {}): Promise<void> {
    const context = this.context();
    await settleRoot(context);
    const { versions } = await sessionHistory(context, this.id);
    const numbers = versions.map(({ version }) => version).reverse();
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      'versions without gaps',
    );
    const texts: string[] = [];
    for (const number of numbers) texts.push((await readVersionFile(context, this.id, number)).toString());
    assert.deepEqual(texts.slice(0, this.known.versions.length), this.known.versions, 'every acknowledged version');
    const may = [this.known.live, 'live' in wanted ? wanted.live : this.known.live];
    const live = fs.existsSync(this.file) ? fs.readFileSync(this.file, 'utf8') : undefined;
    assert.ok(may.includes(live), `it holds ${live}, and not ${may.join(' or ')}`);
    for (const text of texts.slice(this.known.versions.length))
      assert.ok([...may, wanted.version, ...this.#seen].includes(text), `a version that nobody made: ${text}`);
    const buffers = allBuffers(context);
    assert.ok(buffers.length <= 1);
    const typed = buffers.length === 0 ? undefined : (await readBuffer(context, buffers[0]!.id)).toString();
    // A journal that was only begun has the text that it was begun with.
    const begun = wanted.typed === undefined ? [] : this.#seen;
    const mayBeTyped = [this.known.typed, 'typed' in wanted ? wanted.typed : this.known.typed, ...begun];
    assert.ok(mayBeTyped.includes(typed), `typed is ${typed}, and not ${mayBeTyped.join(' or ')}`);
    const captured = live === texts.at(-1) && versions[0]?.action !== 'delete';
    this.#seen.push(...texts, ...(live === undefined ? [] : [live]));
    this.known = { versions: texts, captured, live, typed };
  }
}
