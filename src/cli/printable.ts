/**
 * Text as a terminal may show it. Names come from disks and archives: one with an escape sequence in it could rewrite
 * the screen, one with a newline could forge a line of output, one with a direction mark could disguise itself.
 */

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

// C0 and C1 controls, line and paragraph separators, marks that reorder text, and half a surrogate pair.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

/** `text` with everything escaped that a terminal would act on; a byte that was not UTF-8 (U+DC80…U+DCFF) is `\xNN`. */
export function printable(text: string): string {
  return text.replace(unprintable, character => {
    const code = character.charCodeAt(0);
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    if (code > 0xff) return `\\u${code.toString(16).padStart(4, '0')}`;
    return short[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** The last line of defence for whole lines: all but line ends and our own colours is escaped. */
export function printableLines(text: string): string {
  return text
    .split(/(\u001b\[[0-9;]*m|\n)/)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}
