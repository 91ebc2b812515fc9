import type { Locator } from 'playwright-core';

/** The text as the user sees it, once it is there: with line breaks where the layout has them. */
export async function visibleText(locator: Locator): Promise<string> {
  await locator.first().waitFor();
  return (await locator.allInnerTexts()).join('\n').trim();
}
