import { type Member, topMembers } from '../reading/json-places.ts';

/**
 * The text with only those members of its outermost object that are wanted. What stays keeps its bytes, the space
 * around it included; of what goes, the comma and the space before it go too.
 */
export function keepMembers(text: string, wanted: (member: Member) => boolean): string {
  const members = topMembers(text);
  const first = members[0];
  const last = members.at(-1);
  if (!first || !last) return text;
  let result = text.slice(0, first.keyStart);
  let isFirst = true;
  for (const [index, member] of members.entries()) {
    if (!wanted(member)) continue;
    // A member that was not the first and is now leaves its comma behind.
    if (!isFirst) result += text.slice(members[index - 1]?.end ?? member.keyStart, member.keyStart);
    result += text.slice(member.keyStart, member.end);
    isFirst = false;
  }
  return result + text.slice(last.end);
}
