import { launchBrowser } from '../../scripts/vscode/browser.ts';

/** A drawing as PNG, for the README: the Marketplace refuses SVG there. Nothing is painted behind it. */
export async function pictureOf(svg: string, project: string): Promise<Buffer> {
  const browser = await launchBrowser(project);
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.setContent(`<body style="margin: 0">${svg}</body>`);
    return await page.locator('svg').screenshot({ omitBackground: true });
  } finally {
    await browser.close();
  }
}
