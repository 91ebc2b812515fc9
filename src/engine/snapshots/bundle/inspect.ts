import type { Snapshot } from '../../../protocol/snapshots.ts';
import { ArchiveLinks, isImpossible, leadsOutside } from '../../backups/archive-links.ts';
import { HoldfastError } from '../../errors.ts';
import { checkedPath } from '../../names.ts';
import type { Pace } from '../../pace.ts';
import { isOwnPath } from '../../placement/home.ts';
import { decodeRecord } from '../../record.ts';
import { checkBundledSession, checkBundledVersions } from '../../sessions/check-bundled.ts';
import { objectHash, objectId } from '../../vault/object-id.ts';
import { chunkLength, contentObjects, decodeTree, type FileEntry, type TreeEntry } from '../../vault/tree.ts';
import { walkTree } from '../walk-tree.ts';
import type { BundleFile } from './bundle-file.ts';
import {
  type Bundle,
  bundleKind,
  bundleMagic,
  corruptBundle,
  digestLength,
  longestRecord,
  recordStart,
  unsafeBundle,
} from './format.ts';

/** A bundle of which every byte was checked. */
export interface Inspected {
  record: Bundle;
  trees: ReadonlySet<string>;
  contents: ReadonlySet<string>;
}

/** No path of a file system is deeper, nor any root larger: what claims to be is made to stop whoever lists it. */
const deepest = 2000;
const mostEntries = 10_000_000;
/** Each is followed; a directory of links that is in a thousand places would keep whoever does so for minutes. */
const mostLinks = 500_000;
/** Of a directory and those above it. */
const mostHeld = 1_500_000;

const emptyDigest = objectId(Buffer.alloc(0));

/**
 * Reads a bundle to its last byte and checks all that can be checked: the digest of everything, each object against its
 * id, that all that is referred to is there and nothing else, the sums and names in directories, and where links lead.
 *
 * @throws CORRUPT, ARCHIVE_UNSAFE, NEWER_VERSION, CANCELLED
 */
export async function inspectBundle(bundle: BundleFile, platform: NodeJS.Platform, pace: Pace): Promise<Inspected> {
  const end = bundle.size - digestLength;
  checkBeginning(bundle, end);
  if (!(await bundle.digest(end, pace)).equals(bundle.read(end, digestLength)))
    throw corruptBundle(bundle.path, 'its bytes are not those that were written');
  const { record, blocks } = readRecordOf(bundle, end);
  await bundle.indexBlocks(blocks, end, pace);
  const walk = new Walk(bundle, pace);
  // The content of a session lies in a directory of the root.
  const [tops, depth] = 'snapshot' in record ? [[record.snapshot], 0] : [record.session.versions, 1];
  const sums = new Map<string, Sums>();
  for (const top of tops) {
    const sum = await walk.directory(top.tree, depth);
    sums.set(top.tree, sum);
    if (sum.files !== top.files || sum.bytes !== top.bytes)
      throw corruptBundle(bundle.path, 'it does not hold as much as it says');
  }
  checkAmounts(bundle, [...sums.values()]);
  const reachable = new Set([...walk.trees.keys(), ...walk.contents]);
  if (reachable.size !== bundle.objects) throw corruptBundle(bundle.path, 'it holds what nothing in it refers to');
  await checkWholeDigests(bundle, walk.chunked, pace);
  for (const [tree, { links }] of sums) if (links > 0) await checkLinks(bundle, tree, platform, pace);
  if ('session' in record) await checkBundledVersions(bundle, record.session, pace);
  return { record, trees: new Set(walk.trees.keys()), contents: walk.contents };
}

function checkBeginning(bundle: BundleFile, end: number): void {
  if (end < recordStart) throw corruptBundle(bundle.path, 'it is too short');
  const magic = bundle.read(0, bundleMagic.length);
  if (magic.equals(bundleMagic)) return;
  if (/^holdfast-bundle-[2-9]\n/.test(magic.toString('latin1'))) {
    throw new HoldfastError('NEWER_VERSION', 'A newer Holdfast exported this file.', {
      path: bundle.path,
      hint: 'Update Holdfast; nothing was changed.',
    });
  }
  throw corruptBundle(bundle.path, 'it does not begin as one');
}

function readRecordOf(bundle: BundleFile, end: number): { record: Bundle; blocks: number } {
  const length = bundle.read(bundleMagic.length, 4).readUInt32LE();
  const blocks = recordStart + length;
  if (length > longestRecord || blocks > end) throw corruptBundle(bundle.path, 'its record does not fit');
  const record = decodeRecord(bundleKind, bundle.read(recordStart, length), bundle.path);
  if ('snapshot' in record) checkSnapshot(bundle, record.snapshot);
  else checkBundledSession(bundle.path, record.session);
  return { record, blocks };
}

function checkSnapshot(bundle: BundleFile, { id, scope }: Snapshot): void {
  if (!/^[a-z2-7]{20}$/.test(id)) throw unsafeBundle(bundle.path, 'its id is none');
  try {
    for (const path of scope.paths) checkedPath(path, 'linux');
  } catch {
    throw unsafeBundle(bundle.path, 'it covers a path that leads out of the root');
  }
}

interface Sums {
  files: number;
  bytes: number;
  entries: number;
  links: number;
  depth: number;
}

/** Of all versions together, each of which is gone through. */
function checkAmounts(bundle: BundleFile, sums: readonly Sums[]): void {
  let entries = 0;
  let links = 0;
  for (const sum of sums) {
    entries += sum.entries;
    links += sum.links;
  }
  if (entries > mostEntries) throw unsafeBundle(bundle.path, 'it has more entries than any root');
  if (links > mostLinks) throw unsafeBundle(bundle.path, 'it has more links than any root');
}

/** Each directory is looked at once, however often it occurs; the sums tell how much it is all together. */
class Walk {
  readonly trees = new Map<string, Sums>();
  readonly contents = new Set<string>();
  /** Chunks of the files that are longer than one, by digest. */
  readonly chunked = new Map<string, readonly string[]>();
  readonly #bundle: BundleFile;
  readonly #pace: Pace;
  /** Entries of the directories, one in the other, that are being looked at. */
  #held = 0;

  constructor(bundle: BundleFile, pace: Pace) {
    this.#bundle = bundle;
    this.#pace = pace;
  }

  async directory(tree: string, depth: number): Promise<Sums> {
    const { path } = this.#bundle;
    const known = this.trees.get(tree);
    if (known) {
      if (depth + known.depth > deepest) throw unsafeBundle(path, 'its directories are too deep');
      return known;
    }
    if (depth > deepest) throw unsafeBundle(path, 'its directories are too deep');
    if (this.#pace.due()) await this.#pace.breathe();
    const sums: Sums = { files: 0, bytes: 0, entries: 0, links: 0, depth: 0 };
    const entries = decodeTree(this.#bundle.get(tree));
    this.#held += entries.length;
    if (this.#held > mostHeld) throw unsafeBundle(path, 'its directories are too large for where they are');
    for (const entry of entries) {
      this.#checkName(entry, depth);
      sums.entries++;
      if (entry.type === 'link') sums.links++;
      if (entry.type === 'file') {
        this.#file(entry);
        sums.files++;
        sums.bytes += entry.size;
      }
      if (entry.type !== 'dir') continue;
      const inside = await this.directory(entry.tree, depth + 1);
      if (inside.files !== entry.files || inside.bytes !== entry.bytes)
        throw corruptBundle(path, 'a directory does not hold as much as it says');
      sums.files += inside.files;
      sums.bytes += inside.bytes;
      sums.entries += inside.entries;
      sums.links += inside.links;
      sums.depth = Math.max(sums.depth, inside.depth + 1);
    }
    if (sums.entries > mostEntries) throw unsafeBundle(path, 'it has more entries than any root');
    this.#held -= entries.length;
    this.trees.set(tree, sums);
    return sums;
  }

  #checkName({ name }: TreeEntry, depth: number): void {
    if (isOwnPath(depth === 0 ? name : `directory/${name}`))
      throw unsafeBundle(this.#bundle.path, `"${name}" is what Holdfast itself keeps`);
  }

  #file(entry: FileEntry): void {
    const objects = contentObjects(entry);
    const last = objects.length - 1;
    let size = 0;
    for (const [number, id] of objects.entries()) {
      const length = this.#bundle.locate(id)?.length;
      if (length === undefined) throw corruptBundle(this.#bundle.path, `the bytes of "${entry.name}" are missing`);
      if (number < last && length !== chunkLength) size = Number.NaN;
      size += length;
      this.contents.add(id);
    }
    const fits =
      size === entry.size &&
      (entry.size === 0 ? entry.sha256 === emptyDigest : objects.length === Math.ceil(entry.size / chunkLength)) &&
      (entry.chunks === undefined) === objects.length < 2;
    const before = this.chunked.get(entry.sha256);
    if (!fits || (before && before.join() !== objects.join()))
      throw corruptBundle(this.#bundle.path, `"${entry.name}" is not cut as its size says`);
    if (objects.length > 1) this.chunked.set(entry.sha256, objects);
  }
}

/** That the pieces are right does not say that they are all, or in the right order. */
async function checkWholeDigests(
  bundle: BundleFile,
  chunked: ReadonlyMap<string, readonly string[]>,
  pace: Pace,
): Promise<void> {
  for (const [sha256, chunks] of chunked) {
    const hash = objectHash();
    for (const id of chunks) {
      hash.update(bundle.get(id, true));
      if (pace.due()) await pace.breathe();
    }
    if (hash.digest('hex') !== sha256) throw corruptBundle(bundle.path, 'a file is not what its digest says');
  }
}

async function checkLinks(bundle: BundleFile, tree: string, platform: NodeJS.Platform, pace: Pace): Promise<void> {
  const links: { path: string; target: string }[] = [];
  for (const { path, entry } of walkTree(bundle, tree)) {
    if (pace.due()) await pace.breathe();
    if (entry.type === 'link') links.push({ path, target: entry.target });
  }
  const together = new ArchiveLinks(platform, links);
  for (const { path, target } of links) {
    if (pace.due()) await pace.breathe();
    if (isImpossible(target)) throw unsafeBundle(bundle.path, `the link "${path}" has a text that none can have`);
    if (leadsOutside(path, target) || together.leadOutside(path, target))
      throw unsafeBundle(bundle.path, `the link "${path}" leads outside, to "${target}"`);
  }
}
