import type { Locator, Page } from 'playwright-core';
import { visibleText } from './visible-text.ts';

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 for a row at the top. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
}

/** A view in the side bar: a tree, or the text that stands there while the tree is empty. */
export class View {
  readonly page: Page;
  readonly pane: Locator;

  private constructor(page: Page, pane: Locator) {
    this.page = page;
    this.pane = pane;
  }

  static async open(page: Page, title: string): Promise<View> {
    const named = page.locator('.pane-header .title').getByText(title, { exact: true });
    const pane = page.locator('.part.sidebar .pane').filter({ has: named });
    const view = new View(page, pane);
    const header = pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await pane.locator('.pane-body').waitFor();
    return view;
  }

  /** The rows in sight, from top to bottom. A tree renders no others. */
  async rows(): Promise<TreeRow[]> {
    return this.pane.locator('.monaco-list-row').evaluateAll(rows =>
      rows
        .sort((one, other) => Number(one.getAttribute('data-index')) - Number(other.getAttribute('data-index')))
        .map(row => {
          const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
          const expanded = row.getAttribute('aria-expanded');
          return {
            label: text('.label-name'),
            description: text('.label-description'),
            level: Number(row.getAttribute('aria-level')),
            expanded: expanded === null ? undefined : expanded === 'true',
          };
        }),
    );
  }

  row(label: string): Locator {
    return this.pane
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }

  async click(label: string): Promise<void> {
    await this.row(label).click();
  }

  async expand(label: string): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
    await this.pane.locator('.monaco-list-row[aria-expanded="true"]').and(row).waitFor();
  }

  /** Chooses an item from the context menu of a row. */
  async contextMenu(label: string, item: string): Promise<void> {
    await this.row(label).click({ button: 'right' });
    const menu = this.page.locator('.monaco-menu');
    const entry = menu.getByRole('menuitem', { name: item, exact: true });
    await entry.waitFor();
    // A menu takes a click that comes too soon after it opened for the end of the one that opened it, and stays.
    for (let attempt = 1; attempt <= 10 && (await entry.isVisible()); attempt++) {
      await entry.click({ timeout: 5_000 });
      await menu.waitFor({ state: 'detached', timeout: 1_000 }).catch(() => {});
    }
  }

  /** Presses one of the icons that a row shows when the mouse is over it. */
  async rowAction(label: string, action: string): Promise<void> {
    await this.row(label).hover();
    await this.row(label).getByRole('button', { name: action }).click();
  }

  /** Presses one of the icons in the title of the view. */
  async titleAction(action: string): Promise<void> {
    await this.pane.locator('.pane-header').hover();
    await this.pane.locator('.pane-header').getByRole('button', { name: action }).click();
  }

  /** The text of an empty view. */
  async welcome(): Promise<string> {
    return visibleText(this.pane.locator('.welcome-view-content'));
  }

  /** Presses a button of an empty view. */
  async pressWelcome(button: string): Promise<void> {
    await this.pane.locator('.welcome-view-content').getByRole('button', { name: button, exact: true }).click();
  }
}
