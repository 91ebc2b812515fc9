/**
 * JSON as Python writes it by default may hold the bare words `NaN`, `Infinity` and `-Infinity`. Here they become
 * `null`, for reading only: the file keeps its bytes. Texts are left alone.
 */
export function withoutPythonNumbers(text: string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    result += text.slice(at, end).replaceAll(/-?\bInfinity\b|\bNaN\b/g, 'null');
    if (quote < 0) break;
    const close = endOfText(text, quote);
    result += text.slice(quote, close);
    at = close;
  }
  return result;
}

/** The place after the closing quote; a quote behind an odd number of backslashes closes nothing. */
function endOfText(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let slashes = 0;
    while (text[close - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return close + 1;
  }
  return text.length;
}
