import { nameFromBytes, systemPath } from '../engine/names.ts';

/**
 * Text in a query as its bytes, percent-encoded. A path may hold bytes that are not UTF-8 (`protocol/common.ts`), which
 * `encodeURIComponent` refuses and `URLSearchParams` replaces: both would name another file.
 */
export function encodeQueryText(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  const bytes = Buffer.from(systemPath(text) as string | Uint8Array as Uint8Array);
  return Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Every value of one name in a URL's query, in order. */
export function queryTexts(url: string, name: string): string[] {
  const start = url.indexOf('?');
  if (start === -1) return [];
  const end = url.indexOf('#', start);
  return url
    .slice(start + 1, end === -1 ? undefined : end)
    .split('&')
    .map(pair => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    })
    .filter(([key]) => decodeText(key!) === name)
    .map(([, value]) => decodeText(value!));
}

function decodeText(encoded: string): string {
  const latin = Buffer.from(encoded.replaceAll('+', ' ')).toString('latin1');
  const bytes = latin.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return nameFromBytes(Buffer.from(bytes, 'latin1'));
}
