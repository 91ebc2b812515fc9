import { readJson, UnusableDocument, usable } from '../reading/bounded-json.ts';
import {
  type Edit,
  edited,
  elementsOf,
  insertAfter,
  insertBefore,
  isArrayAt,
  isObjectAt,
  type Member,
  membersOf,
  objectAt,
  type Place,
  wholeValue,
} from '../reading/json-places.ts';

/** What the program writes since V1.0.3: `{schemaVersion, savedAt, snapshot, currentPlan, settings}`. */
export const stateSchema = 'atlas.workspace-state/1';
const knownVersion = 1;

export interface UpgradedState {
  /** The same bytes when nothing was to be done. */
  bytes: Buffer;
  /** Whether the envelope, or a part of it, was added. */
  enveloped: boolean;
  /** How many recovery payloads were in the shape of V1.0.2. */
  unwrapped: number;
}

/**
 * A state file in the shape that the program reads today. Two things change, and no other byte:
 *
 * - A file without an envelope (V1.0.2 and before) gets `savedAt` and `schemaVersion`, where sorted keys have them.
 * - A payload `{"finding": {"_0": {…}}}` or `{"app": {"_0": {…}}}` loses the `_0` around it. Swift wrote it so; today's
 *   reader takes it for a broken file and replaces the file with demonstration data.
 *
 * The older app payload `{"app": {…AppFootprint…}}` stays as it is: the program reads it, and the evidence that it
 * lacks would have to be invented. Nothing is removed, however long expired.
 *
 * @param savedAt number of seconds since 2001, as text, for a file that does not say when it was saved
 * @throws UnusableDocument when it is no state file, or a newer one than is known here
 */
export function upgradeState(bytes: Buffer, savedAt: string): UpgradedState {
  const { text } = usable(readJson(bytes));
  const whole = wholeValue(text);
  if (!isObjectAt(text, whole)) throw new UnusableDocument('It does not hold an object.');
  const top = objectAt(text, whole);
  const version = top.get('schemaVersion');
  const snapshot = top.get('snapshot');
  if (version) checkVersion(text, version);
  else if (!isObjectAt(text, snapshot)) throw new UnusableDocument('It has neither a schema version nor a snapshot.');

  const edits: Edit[] = [];
  if (!top.has('savedAt')) edits.push(inserted(text, top, 'savedAt', savedAt));
  if (!version) edits.push(inserted(text, top, 'schemaVersion', String(knownVersion)));
  const enveloped = edits.length > 0;
  let unwrapped = 0;
  for (const payload of payloadsOf(text, snapshot)) {
    const found = unwrap(text, payload);
    if (found.length > 0) unwrapped++;
    edits.push(...found);
  }
  const result = edits.length === 0 ? bytes : Buffer.from(edited(text, edits));
  return { bytes: result, enveloped, unwrapped };
}

function checkVersion(text: string, { start, end }: Place): void {
  const version = Number(text.slice(start, end));
  if (version === knownVersion) return;
  const what = Number.isInteger(version) && version > knownVersion;
  throw new UnusableDocument(
    what
      ? `Its schema version is ${version}, newer than ${knownVersion}, the newest known here: it is left as it is.`
      : 'Its schema version is none that is known: it is left as it is.',
  );
}

/** Among sorted keys where it belongs, as the program writes them. */
function inserted(text: string, top: Map<string, Member>, key: string, value: string): Edit {
  const members = [...top.values()];
  const next = members.find(member => member.key > key);
  return next ? insertBefore(text, next, [[key, value]]) : insertAfter(text, members.at(-1)!, [[key, value]]);
}

function* payloadsOf(text: string, snapshot: Place | undefined): Generator<Place> {
  if (!isObjectAt(text, snapshot)) return;
  const items = objectAt(text, snapshot).get('recoveryItems');
  if (!isArrayAt(text, items)) return;
  for (const item of elementsOf(text, items.start)) {
    if (!isObjectAt(text, item)) continue;
    const payload = objectAt(text, item).get('payload');
    if (isObjectAt(text, payload)) yield payload;
  }
}

/** Edits that leave of `{"_0": {…}}` what is inside. With anything beside `_0` it is not what V1.0.2 wrote, and stays. */
function unwrap(text: string, payload: Place): Edit[] {
  const kind = onlyMember(text, payload);
  if (kind?.key !== 'finding' && kind?.key !== 'app') return [];
  let inner: Place = kind;
  for (;;) {
    const wrapped = isObjectAt(text, inner) ? onlyMember(text, inner) : undefined;
    if (wrapped?.key !== '_0' || !isObjectAt(text, wrapped)) break;
    inner = wrapped;
  }
  if (inner === kind) return [];
  return [
    { start: kind.start, end: inner.start, replacement: '' },
    { start: inner.end, end: kind.end, replacement: '' },
  ];
}

function onlyMember(text: string, place: Place): Member | undefined {
  const members = membersOf(text, place.start);
  const first = members.next();
  return !first.done && members.next().done ? first.value : undefined;
}

/** Milliseconds since 1970 as Swift writes a date: seconds since 2001, with a fraction where there is one. */
export function swiftDate(milliseconds: number): string {
  const since2001 = Math.floor(milliseconds) - 978_307_200_000;
  const size = Math.abs(since2001);
  const fraction = String(size % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return `${since2001 < 0 ? '-' : ''}${Math.floor(size / 1000)}${fraction === '' ? '' : `.${fraction}`}`;
}
