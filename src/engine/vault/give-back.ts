/**
 * Frees the memory of bytes that nobody will look at again. Memory outside of the heap otherwise stays until the engine
 * next collects garbage, which it does only when there are tens of megabytes of it, on each thread.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // A small buffer may lie in memory that it shares with others. Node 20 cannot free any.
  if (
    buffer.byteLength <= bytes.byteLength + 1 &&
    'transfer' in ArrayBuffer.prototype &&
    buffer instanceof ArrayBuffer
  ) {
    buffer.transfer(0);
  }
}
