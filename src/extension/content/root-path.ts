/**
 * Root-relative paths as the path of a URI and back. A byte that is not UTF-8 stands in a path as a lone surrogate
 * (U+DC80…U+DCFF), which no URI can carry: it travels as a private-use character from the end of Unicode.
 */
const surrogates = 0xdc80;
const privateUse = 0x10f780;

export function toUriPath(path: string): string {
  return `/${path.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uDC80-\uDCFF]/g, unit =>
    unit.length === 2 ? unit : String.fromCodePoint(unit.charCodeAt(0) - surrogates + privateUse),
  )}`;
}

export function fromUriPath(path: string): string {
  return path
    .replace(/^\//, '')
    .replace(/[\u{10F780}-\u{10F7FF}]/gu, sign =>
      String.fromCharCode((sign.codePointAt(0) ?? 0) - privateUse + surrogates),
    );
}

/** `''` for what lies at the top. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
