import { setTimeout as sleep } from 'node:timers/promises';

/** How long a request that is refused may go on sending, in ms. */
const patience = 2000;

/**
 * Reads on, for a while, what a request carries that was refused for its length. Many clients look for an answer only once
 * they have sent everything: closing the connection before would give them "broken pipe" in place of the 413.
 */
export async function discardBody(request: Request): Promise<void> {
  if (request.bodyUsed || !request.body) return;
  const reader = request.body.getReader();
  const ended = new AbortController();
  const enough = sleep(patience, undefined, { signal: ended.signal }).catch(() => undefined);
  try {
    for (let part = await next(); part && !part.done; ) part = await next();
  } catch {
    // The client has gone; nobody is left to answer.
  } finally {
    ended.abort();
  }

  function next() {
    return Promise.race([reader.read(), enough]);
  }
}
