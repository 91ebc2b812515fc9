import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { decodeRecord } from '../record.ts';
import { objectHash } from '../vault/object-id.ts';
import { ArchiveLinks, isImpossible, leadsOutside } from './archive-links.ts';
import {
  type ArchiveEntry,
  archivedName,
  checkManifestPath,
  headEntry,
  manifestEntry,
  readHeader,
  unsafe,
} from './archive-names.ts';
import { type ArchivePart, readArchive } from './read-archive.ts';
import { type Head, headKind, longestRecord, type Manifest, manifestKind } from './records.ts';

/** What an archive holds, after it was read to its end: `sha256` is of the bytes that are really in it. */
export interface Inspected {
  entries: ArchivedEntry[];
  /** Which backup it is, if Holdfast made it: then every digest was written down. */
  head: Head | undefined;
  /** Files that are not what the manifest says. */
  bad: Omission[];
}

/** `archived`: under which name its bytes lie in the archive, which of a hard link is another one's. */
export type ArchivedEntry = Wanted & { archived: string };

const mostEntries = 10_000_000;

/**
 * Reads an archive to its end and checks everything that can be checked before a byte of it is placed.
 *
 * @param trustLinks whether links may lead outside: in a backup that was made here they are the user's own
 * @throws ARCHIVE_UNSAFE, CORRUPT, NOT_FOUND
 */
export async function inspectArchive(
  context: Context,
  file: string,
  { trustLinks }: { trustLinks: boolean },
  work: Work,
): Promise<Inspected> {
  const pace = new Pace(work);
  const entries = new Map<string, ArchivedEntry>();
  let manifest: Manifest | undefined;
  let head: Head | undefined;
  let bytes = 0;
  for await (const entry of readArchive(context.ports, file)) {
    if (pace.due()) await pace.breathe({ phase: 'Checking', done: bytes, total: 0, unit: 'bytes' });
    const name = entry.header.name;
    if (name === headEntry || name === manifestEntry) {
      const content = await wholeOf(entry, longestRecord(entries.size));
      if (name === headEntry) head = decodeRecord(headKind, content, name);
      else manifest = decodeRecord(manifestKind, content, name);
      continue;
    }
    const header = readHeader(entry.header, context.ports.platform);
    const hash = objectHash();
    let size = 0;
    for await (const chunk of entry) {
      hash.update(chunk);
      size += chunk.length;
      bytes += chunk.length;
      if (pace.due()) await pace.breathe({ phase: 'Checking', done: bytes, total: 0, unit: 'bytes' });
    }
    if (!header) continue;
    if (header.type === 'file' && size !== header.size)
      throw unsafe(header.path, `it declares ${header.size} bytes and holds ${size}`);
    addEntry(entries, header, hash.digest('hex'), trustLinks);
    if (entries.size > mostEntries) throw unsafe(file, 'it has more entries than any root');
  }
  if (head && !manifest) throw new HoldfastError('CORRUPT', 'The backup has lost its manifest.', { path: file });
  const list = [...entries.values()];
  const exact = manifest ? exactEntries(list, manifest, context.ports.platform) : entries;
  await checkShape(exact, pace);
  if (!trustLinks) await checkLinks(exact, context.ports.platform, pace);
  return {
    entries: withFirstNames([...exact.values()]),
    head,
    bad: manifest ? differences(list, manifest) : [],
  };
}

/** Hard links were read as files; now that all have their paths, they say again whose. */
function withFirstNames(entries: readonly ArchivedEntry[]): ArchivedEntry[] {
  const firsts = new Map<string, string>();
  return entries.map(entry => {
    const first = firsts.get(entry.archived);
    if (entry.type !== 'file' || first !== undefined) return first === undefined ? entry : { ...entry, sameAs: first };
    firsts.set(entry.archived, entry.path);
    return entry;
  });
}

async function wholeOf(entry: ArchivePart, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of entry) {
    size += part.length;
    if (size > most) throw unsafe(entry.header.name, 'its record of itself is larger than any');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function addEntry(
  entries: Map<string, ArchivedEntry>,
  header: ArchiveEntry,
  sha256: string,
  trustLinks: boolean,
): void {
  const { path, mode, mtime, size, target = '' } = header;
  const common = { path, archived: path, mode, mtime };
  const before = entries.get(path);
  if (before && !(before.type === 'dir' && header.type === 'dir')) throw unsafe(path, 'it has the same name twice');
  if (header.type === 'hardlink') {
    const source = entries.get(target);
    if (source?.type !== 'file') throw unsafe(path, `a hard link leads to "${target}", which is no file before it`);
    entries.set(path, { ...source, path });
  } else if (header.type === 'link') {
    if (isImpossible(target)) throw unsafe(path, 'it is a link with a text that none can have');
    if (!trustLinks && leadsOutside(path, target)) throw unsafe(path, `a link leads outside, to "${target}"`);
    entries.set(path, { ...common, type: 'link', size: 0, target });
  } else if (header.type === 'dir') entries.set(path, { ...common, type: 'dir', size: 0 });
  else entries.set(path, { ...common, type: 'file', size, sha256 });
}

/** A file cannot hold files, and a name below a link would be written through it. */
async function checkShape(entries: ReadonlyMap<string, Wanted>, pace: Pace): Promise<void> {
  const seen = new Set<string>();
  for (const path of entries.keys()) {
    if (pace.due()) await pace.breathe();
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const at = path.slice(0, end);
      if (seen.has(at)) break;
      const parent = entries.get(at);
      if (parent && parent.type !== 'dir')
        throw unsafe(path, `it lies below "${parent.path}", which is a ${parent.type}`);
      seen.add(at);
    }
  }
}

async function checkLinks(entries: ReadonlyMap<string, Wanted>, platform: NodeJS.Platform, pace: Pace): Promise<void> {
  const links = [...entries.values()].filter(({ type }) => type === 'link');
  const together = new ArchiveLinks(platform, links);
  for (const { path, target = '' } of links) {
    if (pace.due()) await pace.breathe();
    if (together.leadOutside(path, target)) throw unsafe(path, `a link leads outside, to "${target}"`);
  }
}

/** The manifest has names, link texts and times exactly as they were; a tar header cannot hold every one. */
function exactEntries(
  entries: ArchivedEntry[],
  manifest: Manifest,
  platform: NodeJS.Platform,
): Map<string, ArchivedEntry> {
  const byName = new Map(manifest.entries.map(entry => [nameOf(entry), entry]));
  const all = new Map<string, ArchivedEntry>();
  for (const entry of entries) {
    const exact = byName.get(entry.path);
    const fits = exact?.type === entry.type;
    const path = !fits || exact.path === entry.path ? entry.path : checkManifestPath(exact.path, platform);
    if (all.has(path)) throw unsafe(path, 'its manifest has the same path twice');
    if (!fits) {
      all.set(path, entry);
      continue;
    }
    const { mode, mtime, sha256, target, sparse } = exact;
    all.set(path, {
      ...entry,
      path,
      mode,
      mtime,
      ...(sha256 ? { sha256 } : {}),
      ...(sparse ? { sparse } : {}),
      ...(target !== undefined && target.toWellFormed() === entry.target ? { target } : {}),
    });
  }
  return all;
}

function nameOf({ path, archived }: Manifest['entries'][number]): string {
  return archived ?? archivedName(path);
}

function differences(entries: Wanted[], manifest: Manifest): Omission[] {
  const bad: Omission[] = [];
  const byPath = new Map(entries.map(entry => [entry.path, entry]));
  for (const expected of manifest.entries) {
    const name = nameOf(expected);
    const found = byPath.get(name);
    byPath.delete(name);
    if (!found || found.type !== expected.type)
      bad.push({ path: expected.path, reason: 'it is missing from the archive' });
    else if (found.size !== expected.size)
      bad.push({ path: expected.path, reason: `it has ${found.size} bytes instead of ${expected.size}` });
    else if (found.sha256 !== expected.sha256)
      bad.push({ path: expected.path, reason: 'its bytes are not those that were saved' });
    else if (found.target !== expected.target?.toWellFormed())
      bad.push({ path: expected.path, reason: 'the link leads elsewhere' });
  }
  for (const path of byPath.keys()) bad.push({ path, reason: 'it is not in the manifest' });
  return bad;
}
