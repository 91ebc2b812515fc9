import { type Node, parseTree } from 'jsonc-parser';

/** A key of an object in a text, in the order of the text; a key may be there twice. */
export interface Member {
  key: string;
  /** Offsets of the whole member, of its key with the quotes, and of its value. */
  start: number;
  end: number;
  keyStart: number;
  keyEnd: number;
  value: Node;
}

/** The tree of a text that is known to be strict JSON. */
export function treeOf(text: string): Node {
  const tree = parseTree(text, [], { disallowComments: true });
  if (!tree) throw new Error('it is not valid JSON');
  return tree;
}

export function membersOf(object: Node | undefined): Member[] {
  if (object?.type !== 'object') return [];
  return (object.children ?? []).map(({ offset, length, children }) => {
    const [key, value] = children as [Node, Node];
    const keyEnd = key.offset + key.length;
    return { key: key.value, start: offset, end: offset + length, keyStart: key.offset, keyEnd, value };
  });
}

export function memberOf(object: Node | undefined, key: string): Member | undefined {
  return membersOf(object).findLast(member => member.key === key);
}

/**
 * The text with only those members of its outermost object that are wanted. What stays keeps its bytes, the space
 * around it included; of what goes, the comma and the space before it go too.
 */
export function keepMembers(text: string, wanted: (member: Member) => boolean): string {
  const tree = treeOf(text);
  const members = membersOf(tree);
  const first = members[0];
  const last = members.at(-1);
  if (!first || !last) return text;
  let result = text.slice(0, first.start);
  let isFirst = true;
  for (const [index, member] of members.entries()) {
    if (!wanted(member)) continue;
    // A member that was not the first and is now leaves its comma behind.
    if (!isFirst) result += text.slice(members[index - 1]?.end ?? member.start, member.start);
    result += text.slice(member.start, member.end);
    isFirst = false;
  }
  return result + text.slice(last.end);
}

export interface Replacement {
  start: number;
  end: number;
  text: string;
}

/** The text with parts of it replaced; the parts do not overlap. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: other } of [...replacements].sort((one, two) => one.start - two.start)) {
    result += text.slice(at, start) + other;
    at = end;
  }
  return result + text.slice(at);
}
