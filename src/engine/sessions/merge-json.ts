import { type Node, type ParseError, parseTree } from 'jsonc-parser';

/** Where both sides changed the same thing. `path` is a JSON pointer. */
export interface JsonConflict {
  path: string;
  reason: string;
}

export type JsonMerge = { text: string } | { conflicts: JsonConflict[] };

/** Members by which the items of a list are told apart, the first that all items have, each with another value. */
const identities = ['id', 'uuid', 'guid', 'key', 'name'];

/**
 * Brings two changes of one JSON text together: members of objects by name, items of lists by identity. What was changed
 * on one side only is taken from there, character by character; so numbers, escapes and layout stay as they were
 * written. Nothing is guessed: where both sides changed the same value, or a list without identities, that is a conflict.
 *
 * @param theirs the text that the result is made from where `ours` changed nothing
 */
export function mergeJson(base: string, ours: string, theirs: string): JsonMerge {
  try {
    const sides = [base, ours, theirs].map(parsed);
    const [b, o, t] = sides;
    if (!b || !o || !t) return { conflicts: [{ path: '', reason: 'it is not JSON on all sides' }] };
    const conflicts: JsonConflict[] = [];
    const text = merge({ b, o, t }, '', conflicts);
    return conflicts.length > 0 ? { conflicts } : { text: theirs.slice(0, t.start) + text + theirs.slice(t.end) };
  } catch (error) {
    if (error instanceof RangeError) return { conflicts: [{ path: '', reason: 'it is nested too deeply' }] };
    throw error;
  }
}

/** A value where it stands in its text. */
interface Value {
  text: string;
  start: number;
  end: number;
  node: Node;
}

/** A member with its name, or an item. */
interface Part {
  /** From where its name or the item begins. */
  start: number;
  end: number;
  value: Value;
}

interface Sides {
  b: Value;
  o: Value;
  t: Value;
}

function parsed(text: string): Value | undefined {
  const errors: ParseError[] = [];
  const node = parseTree(text.replace(/^\ufeff/, ' '), errors, { disallowComments: true });
  return node && errors.length === 0 ? valueAt(text, node) : undefined;
}

function valueAt(text: string, node: Node): Value {
  return { text, node, start: node.offset, end: node.offset + node.length };
}

const raw = ({ text, start, end }: { text: string; start: number; end: number }) => text.slice(start, end);

function merge({ b, o, t }: Sides, path: string, conflicts: JsonConflict[]): string {
  if (isSame(o, t) || isSame(o, b)) return raw(t);
  if (isSame(t, b)) return raw(o);
  const kind = t.node.type;
  const conflict = (reason: string) => {
    conflicts.push({ path, reason });
    return raw(t);
  };
  if (kind !== b.node.type || kind !== o.node.type || (kind !== 'object' && kind !== 'array')) {
    return conflict('both sides changed it');
  }
  const key = kind === 'array' ? identityOf([b, o, t]) : undefined;
  if (kind === 'array' && key === undefined)
    return conflict('both sides changed this list, and its items have no identity');
  const parts = { b: partsOf(b, key), o: partsOf(o, key), t: partsOf(t, key) };
  if (!parts.b || !parts.o || !parts.t) return conflict('it has a name twice');
  if (kind === 'array' && reordered(parts.b, parts.o)) return conflict('one side put this list in another order');
  return mergeParts({ b, o, t }, { b: parts.b, o: parts.o, t: parts.t }, path, conflicts);
}

type Parts = Map<string, Part>;

function mergeParts(
  { o, t }: Sides,
  parts: { b: Parts; o: Parts; t: Parts },
  path: string,
  conflicts: JsonConflict[],
): string {
  const isList = t.node.type === 'array';
  const pointer = (name: string, side: Parts) =>
    `${path}/${isList ? [...side.keys()].indexOf(name) : name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const kept: { name: string; text: string }[] = [];
  for (const [name, theirs] of parts.t) {
    const at = pointer(name, parts.t);
    const base = parts.b.get(name);
    const ours = parts.o.get(name);
    const head = t.text.slice(theirs.start, theirs.value.start);
    if (ours && base)
      kept.push({ name, text: head + merge({ b: base.value, o: ours.value, t: theirs.value }, at, conflicts) });
    else if (ours && !isSame(ours.value, theirs.value))
      conflicts.push({ path: at, reason: 'both sides added it, differently' });
    else if (!ours && base && !isSame(base.value, theirs.value))
      conflicts.push({ path: at, reason: 'one side removed it, the other changed it' });
    else if (ours || !base) kept.push({ name, text: raw({ ...theirs, text: t.text }) });
  }
  let before = -1;
  for (const [name, ours] of parts.o) {
    const there = kept.findIndex(one => one.name === name);
    if (there >= 0) before = there;
    if (there >= 0 || parts.t.has(name)) continue;
    const base = parts.b.get(name);
    if (!base) kept.splice(++before, 0, { name, text: raw({ ...ours, text: o.text }) });
    else if (!isSame(base.value, ours.value))
      conflicts.push({ path: pointer(name, parts.o), reason: 'one side removed it, the other changed it' });
  }
  return laidOut(t, parts.t, kept, o);
}

/** In the layout of their text: what stands before the first part, between two, and after the last. */
function laidOut(t: Value, parts: Parts, kept: readonly { name: string; text: string }[], ours: Value): string {
  const like = parts.size > 0 ? t : ours;
  const spans = like === t ? [...parts.values()] : [...(partsOf(ours, undefined)?.values() ?? [])];
  const [first, second] = spans;
  const last = spans.at(-1);
  const lead = first ? like.text.slice(like.start + 1, first.start) : '';
  const usual = first && second ? like.text.slice(first.end, second.start) : `,${lead}`;
  const tail = last ? like.text.slice(last.end, like.end - 1) : '';
  const order = [...parts.keys()];
  const gap = (before: string, after: string) => {
    const at = order.indexOf(before);
    if (at < 0 || order[at + 1] !== after) return usual;
    return t.text.slice(parts.get(before)!.end, parts.get(after)!.start);
  };
  const [open, close] = t.node.type === 'object' ? ['{', '}'] : ['[', ']'];
  if (kept.length === 0) return `${open}${close}`;
  const inner = kept.map(({ name, text }, index) => (index === 0 ? text : gap(kept[index - 1]!.name, name) + text));
  return `${open}${lead}${inner.join('')}${tail}${close}`;
}

function partsOf(value: Value, key: string | undefined): Parts | undefined {
  const parts: Parts = new Map();
  const children = value.node.children ?? [];
  for (const [index, child] of children.entries()) {
    const inner = child.type === 'property' ? child.children?.[1] : child;
    if (!inner) return undefined;
    const name =
      child.type === 'property'
        ? String(child.children?.[0]?.value)
        : key === undefined
          ? String(index)
          : identity(child, key);
    if (name === undefined || parts.has(name)) return undefined;
    parts.set(name, { start: child.offset, end: child.offset + child.length, value: valueAt(value.text, inner) });
  }
  return parts;
}

function identityOf(lists: readonly Value[]): string | undefined {
  return identities.find(key =>
    lists.every(({ node: { children = [] } }) => {
      const values = children.map(child => identity(child, key));
      return !values.includes(undefined) && new Set(values).size === values.length;
    }),
  );
}

function identity(item: Node, key: string): string | undefined {
  if (item.type !== 'object') return undefined;
  const value = item.children?.find(member => member.children?.[0]?.value === key)?.children?.[1];
  return value?.type === 'string' || value?.type === 'number' ? `${value.type} ${value.value}` : undefined;
}

function reordered(base: Parts, ours: Parts): boolean {
  const common = [...base.keys()].filter(name => ours.has(name));
  const now = [...ours.keys()].filter(name => base.has(name));
  return common.some((name, index) => now[index] !== name);
}

/** Equal values, whatever their layout and the order of members; numbers by their text, which says more than a double. */
function isSame(one: Value, other: Value): boolean {
  if (raw(one) === raw(other)) return true;
  const { type } = one.node;
  if (type !== other.node.type) return false;
  if (type === 'string') return one.node.value === other.node.value;
  if (type !== 'object' && type !== 'array') return false;
  const left = partsOf(one, undefined);
  const right = partsOf(other, undefined);
  if (!left || !right || left.size !== right.size) return false;
  return [...left].every(([name, part]) => {
    const there = right.get(name);
    return there !== undefined && isSame(part.value, there.value);
  });
}
