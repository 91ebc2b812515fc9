/**
 * Every page of a list, for what is short enough to be shown whole.
 *
 * @param ask gives one page: of the most entries that a page may have, behind the cursor if there is one
 */
export async function allPages<Page extends { nextCursor: string | null }>(
  ask: (query: { limit: string; cursor?: string }) => Promise<Page>,
): Promise<[Page, ...Page[]]> {
  let last = await ask({ limit: '100' });
  const pages: [Page, ...Page[]] = [last];
  while (last.nextCursor !== null) {
    last = await ask({ limit: '100', cursor: last.nextCursor });
    pages.push(last);
  }
  return pages;
}
