import { UnusableDocument } from './bounded-json.ts';

/**
 * The places of things in a text that is valid JSON: for changes that leave every other byte as it is. Nothing here
 * builds a value, so a key like `__proto__`, or one that is there twice, is as good as any other.
 */

/** A value in a document: `text.slice(start, end)`. */
export interface Place {
  start: number;
  end: number;
}

/** A member of an object; `keyStart` is the place of the quote before its key. */
export interface Member extends Place {
  key: string;
  keyStart: number;
  keyEnd: number;
}

/** The members of the object at `start`, in their order. The text is valid. Reads only as far as it is asked to. */
export function* membersOf(text: string, start: number): Generator<Member> {
  for (let at = afterBlank(text, start + 1); text[at] !== '}'; at = afterBlank(text, at)) {
    if (text[at] === ',') at = afterBlank(text, at + 1);
    const keyStart = at;
    const keyEnd = endOfText(text, keyStart);
    const colon = afterBlank(text, keyEnd);
    const valueStart = afterBlank(text, colon + 1);
    at = endOfValue(text, valueStart);
    yield { key: JSON.parse(text.slice(keyStart, keyEnd)), keyStart, keyEnd, start: valueStart, end: at };
  }
}

/** The members of the outermost object; none when the text holds something else. */
export function topMembers(text: string): Member[] {
  const whole = wholeValue(text);
  return isObjectAt(text, whole) ? [...membersOf(text, whole.start)] : [];
}

/** The elements of the array at `start`. */
export function* elementsOf(text: string, start: number): Generator<Place> {
  for (let at = afterBlank(text, start + 1); text[at] !== ']'; at = afterBlank(text, at)) {
    if (text[at] === ',') at = afterBlank(text, at + 1);
    const valueStart = at;
    at = endOfValue(text, valueStart);
    yield { start: valueStart, end: at };
  }
}

function afterBlank(text: string, at: number): number {
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The place after the closing quote. */
function endOfText(text: string, open: number): number {
  let at = open + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let at = start;
  let depth = 0;
  do {
    const character = text[at]!;
    if (character === '"') at = endOfText(text, at);
    else {
      if (character === '{' || character === '[') depth++;
      else if (character === '}' || character === ']') depth--;
      else if (depth === 0) return endOfWord(text, at);
      at++;
    }
  } while (depth > 0);
  return at;
}

/** Of a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isBlank(text.charCodeAt(at)) && !',]}'.includes(text[at]!)) at++;
  return at;
}

/** Where the value of the document begins and ends, without the white space around it. */
export function wholeValue(text: string): Place {
  const start = afterBlank(text, 0);
  return { start, end: endOfValue(text, start) };
}

export function isObjectAt(text: string, place: Place | undefined): place is Place {
  return place !== undefined && text[place.start] === '{';
}

export function isArrayAt(text: string, place: Place | undefined): place is Place {
  return place !== undefined && text[place.start] === '[';
}

/**
 * The members by key.
 *
 * @throws UnusableDocument when a key is there twice: which of them counts is every reader's own choice
 */
export function objectAt(text: string, place: Place): Map<string, Member> {
  const members = new Map<string, Member>();
  for (const member of membersOf(text, place.start)) {
    if (members.has(member.key))
      throw new UnusableDocument('A key is there twice, so it is not clear which one counts.');
    members.set(member.key, member);
  }
  return members;
}

/** A text, when the value is one. */
export function textAt(text: string, place: Place | undefined): string | undefined {
  return place !== undefined && text[place.start] === '"'
    ? (JSON.parse(text.slice(place.start, place.end)) as string)
    : undefined;
}

export interface Edit extends Place {
  replacement: string;
}

/** The text with the edits, which do not overlap; those at one place stand in their order. */
export function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, replacement } of [...edits].sort((one, other) => one.start - other.start)) {
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** New members before `next`, spaced as it is. */
export function insertBefore(text: string, next: Member, members: readonly [key: string, value: string][]): Edit {
  const { leading, colon } = spacing(text, next);
  const replacement = members.map(([key, value]) => `${JSON.stringify(key)}${colon}${value},${leading}`).join('');
  return { start: next.keyStart, end: next.keyStart, replacement };
}

/** New members after `last`, spaced as it is. */
export function insertAfter(text: string, last: Member, members: readonly [key: string, value: string][]): Edit {
  const { leading, colon } = spacing(text, last);
  const replacement = members.map(([key, value]) => `,${leading}${JSON.stringify(key)}${colon}${value}`).join('');
  return { start: last.end, end: last.end, replacement };
}

function spacing(text: string, member: Member): { leading: string; colon: string } {
  let blank = member.keyStart;
  while (' \t\r\n'.includes(text[blank - 1] ?? '')) blank--;
  return { leading: text.slice(blank, member.keyStart), colon: text.slice(member.keyEnd, member.start) };
}
