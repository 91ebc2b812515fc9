import { createHash } from 'node:crypto';
import { isObject } from '../../engine/root/json-text.ts';
import type { Upgrade } from '../profile.ts';
import { type BoundedJson, own, readJson } from '../reading/bounded-json.ts';
import { type Edit, edited, isObjectAt, membersOf, topMembers } from '../reading/json-places.ts';
import { contentProblems } from './content.ts';
import { keepMembers } from './keep-members.ts';

/** The database's containers, which are the directories of an export, and what a document of each is called. */
export const containers = {
  sessions: { schema: 'webviz.session/1', one: 'session' },
  snapshots: { schema: 'webviz.snapshot/1', one: 'snapshot' },
  snapshot_access_logs: { schema: 'webviz.snapshot-access-log/1', one: 'access log' },
} as const;

export type Container = keyof typeof containers;

export function isContainer(name: string | undefined): name is Container {
  return name !== undefined && Object.hasOwn(containers, name);
}

/** What the database adds to every document. It makes them anew for whoever imports a document. */
const systemProperties = new Set(['_rid', '_self', '_etag', '_attachments', '_ts']);

/** The newest form that this profile knows; documents carry none today, and one that does is not touched. */
const newestVersion = 1;

/**
 * How a document gets today's form: the system properties go to a file of their own, and the pre-release key `hash` is
 * called `content_hash`. Either part is `undefined` where there is nothing to do. Both edit the text: everything else
 * keeps its bytes, `content` above all, for its SHA-256 is stored beside it.
 */
export function documentUpgrades(container: Container, bytes: Buffer): { document?: Upgrade; system?: Upgrade } {
  // Keys inside `content` are escaped and do not look like this, so most files need no parsing.
  if (![...systemProperties, 'hash'].some(key => bytes.includes(`"${key}"`))) return {};
  const json = readJson(bytes);
  if ('kind' in json || !isObject(json.value) || isNewer(json.value)) return {};
  const keys = Object.keys(json.value);
  const hasSystem = keys.some(key => systemProperties.has(key));
  if (!hasSystem && upgradedDocument(bytes).equals(bytes)) return {};
  return {
    document: { schema: containers[container].schema, apply: upgradedDocument },
    ...(hasSystem ? { system: { schema: 'webviz.system-properties/1', apply: systemOf } } : {}),
  };
}

function upgradedDocument(bytes: Buffer): Buffer {
  const text = keepMembers(textOf(bytes), ({ key }) => !systemProperties.has(key));
  const top = topMembers(text);
  const renames: Edit[] = [];
  for (const key of ['metadata', 'snapshot_metadata']) {
    const metadata = top.findLast(member => member.key === key);
    if (!isObjectAt(text, metadata)) continue;
    const members = [...membersOf(text, metadata.start)];
    if (members.some(member => member.key === 'content_hash')) continue;
    for (const { key, keyStart, keyEnd, start } of members) {
      if (key !== 'hash' || text[start] !== '"') continue;
      renames.push({ start: keyStart, end: keyEnd, replacement: '"content_hash"' });
    }
  }
  return Buffer.from(edited(text, renames));
}

function systemOf(bytes: Buffer): Buffer {
  return Buffer.from(keepMembers(textOf(bytes), ({ key }) => systemProperties.has(key)));
}

/** @throws when the bytes are not strict JSON within bounds, with the reason and no content */
export function textOf(bytes: Buffer): string {
  const json = readJson(bytes);
  if ('kind' in json) throw new Error(`It cannot be used: ${json.problem}.`);
  return json.text;
}

function isNewer(document: unknown): boolean {
  const version = own(document, 'schemaVersion');
  return typeof version === 'number' && version > newestVersion;
}

/** Limits of the program: content in bytes of UTF-8, and the length of an id. */
const contentLimit = 1.5 * 1024 * 1024;
const idLength = 12;

/** What a document says of itself, and everything that is odd about it; every document is kept all the same. */
export interface DocumentFacts {
  id?: string;
  updatedAt?: string;
  snapshotId?: string;
  snapshotDeleted?: boolean;
  problems: string[];
}

/** @param name of the file, without `.json` */
export function documentFacts(container: Container, name: string, json: BoundedJson): DocumentFacts {
  const { one } = containers[container];
  if ('kind' in json) return { problems: [`Not a ${one}: ${json.problem}. Kept as it is.`] };
  const document = json.value;
  if (!isObject(document)) return { problems: [`Not a ${one}: it does not hold an object. Kept as it is.`] };
  const problems: string[] = [];
  if (isNewer(document)) problems.push('Its schemaVersion is newer than what is known here; it is copied as it is.');
  const id = textIn(document, 'id');
  if (id === undefined) problems.push('It has no id.');
  else if (id !== name) problems.push('Its id is not its file name; the file keeps its name.');
  const facts: DocumentFacts = { problems, ...(id === undefined ? {} : { id }) };
  if (container === 'snapshot_access_logs') return { ...facts, ...logFacts(document, problems) };

  if (id !== undefined && id.length !== idLength) {
    problems.push(
      `Its id has ${id.length} characters, and Webviz opens only those with ${idLength} by their address. The id stays.`,
    );
  }
  const metadata = own(document, 'metadata');
  problems.push(...contentText(document, metadata));
  if (!isLower(metadata, 'title') || !isLower(metadata, 'description')) {
    problems.push('Its title or description was changed without the copy in lower case, which Webviz sorts by.');
  }
  const updatedAt = textIn(metadata, 'updated_at');
  return { ...facts, ...(updatedAt === undefined ? {} : { updatedAt }) };
}

function contentText(document: unknown, metadata: unknown): string[] {
  const content = own(document, 'content');
  if (typeof content !== 'string') return ['It has no content text.'];
  const bytes = Buffer.from(content);
  const problems: string[] = [];
  const stored = textIn(metadata, 'content_hash') ?? textIn(metadata, 'hash');
  // Of the text as stored: one from before 11 November 2025 is not sorted, and making it anew would prove nothing.
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (stored === undefined) problems.push('It has no content hash, so its content cannot be checked.');
  else if (stored.toLowerCase() !== digest) problems.push('Its content does not fit its content hash. Both are kept.');
  if (bytes.length > contentLimit) {
    problems.push(`Its content has ${bytes.length} bytes, more than the 1.5 MiB that Webviz takes.`);
  }
  return [...problems, ...contentProblems(content)];
}

function logFacts(log: Record<string, unknown>, problems: string[]): Partial<DocumentFacts> {
  const snapshotId = textIn(log, 'snapshot_id');
  const visitor = textIn(log, 'visitor_id');
  if (snapshotId === undefined) problems.push('It names no snapshot.');
  else if (own(log, 'id') !== `${snapshotId}__${visitor}`) problems.push('Its id is not made of snapshot and visitor.');
  if (own(log, 'first_visited_at') === null) {
    problems.push('The first visit has no time: Webviz leaves it null. Kept as it is.');
  }
  const snapshotDeleted = own(log, 'snapshot_deleted') === true;
  return { snapshotDeleted, ...(snapshotId === undefined ? {} : { snapshotId }) };
}

function isLower(metadata: unknown, key: string): boolean {
  const [text, lower] = [own(metadata, key), own(metadata, `${key}__lower`)];
  return typeof text !== 'string' || typeof lower !== 'string' || text.toLowerCase() === lower;
}

export function textIn(value: unknown, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === 'string' ? found : undefined;
}
