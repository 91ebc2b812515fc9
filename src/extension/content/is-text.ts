import { open } from 'node:fs/promises';

/** How much of a file VS Code itself looks at to tell text from binary. */
const headLength = 512;

/** Files above this are compared by size and digest, not by content. */
export const largestText = 8_000_000;

/** VS Code's own rule: no zero byte at the beginning, unless a byte order mark says UTF-16. */
export function isText(bytes: Uint8Array): boolean {
  const utf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe);
  return utf16 || !bytes.subarray(0, headLength).includes(0);
}

/** False for what cannot be read, which a comparison then shows by what is known about it. */
export async function isTextFile(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
      return isText(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
