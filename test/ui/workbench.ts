import type { Locator, Page } from 'playwright-core';
import { View } from './view.ts';
import { visibleText } from './visible-text.ts';

/** What a user does in a window of VS Code, in the words that the user sees. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Runs a command from the palette; `title` as shown there, such as `Holdfast: Take Snapshot`. */
  async runCommand(title: string): Promise<void> {
    // F1 is lost while the workbench moves the focus, as it does when a view or an editor opens.
    await this.#retry(async () => {
      if (!(await this.#quickInput.isVisible())) await this.page.keyboard.press('F1');
      await this.#quickInputText.fill(`>${title}`, { timeout: 5_000 });
    });
    await this.pick(title);
  }

  /** Chooses the row with this label from the open quick pick. */
  async pick(label: string): Promise<void> {
    await this.#quickInput
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first()
      .click();
  }

  /** The labels of the open quick pick, from top to bottom, as far as they are in sight. */
  async quickPickLabels(): Promise<string[]> {
    const labels = this.#quickInput.locator('.monaco-list-row .quick-input-list-row:first-child .label-name');
    await labels.first().waitFor();
    return (await labels.allInnerTexts()).map(label => label.trim());
  }

  /** Answers the open input box. */
  async enterText(text: string): Promise<void> {
    await this.#quickInputText.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens the view container with this title from the activity bar. */
  async openViewContainer(title: string): Promise<void> {
    const tab = this.page.locator('.part.activitybar').getByRole('tab', { name: title });
    await tab.waitFor();
    // A click on the container that is already open would close it.
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    await this.page.locator('.part.sidebar .composite.title').getByText(title, { exact: false }).first().waitFor();
  }

  /** A view of the open container by its title; opened if it was collapsed. */
  async view(title: string): Promise<View> {
    return View.open(this.page, title);
  }

  /** The message and the buttons of the modal dialog. */
  async dialog(): Promise<{ text: string; buttons: string[] }> {
    await this.#dialog.waitFor();
    const text = await visibleText(this.#dialog.locator('.dialog-message-container'));
    const buttons = await this.#dialog.locator('.dialog-buttons .monaco-text-button').allInnerTexts();
    return { text, buttons: buttons.map(button => button.trim()) };
  }

  /** Presses a button of the modal dialog and waits for the dialog to close. */
  async answerDialog(button: string): Promise<void> {
    await this.#dialog.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    await this.#dialog.waitFor({ state: 'detached' });
  }

  async dismissDialog(): Promise<void> {
    await this.#dialog.waitFor();
    await this.page.keyboard.press('Escape');
    await this.#dialog.waitFor({ state: 'detached' });
  }

  /** The notification that contains this text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Presses a button of the notification that contains `text`. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** The item of the status bar that contains this text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  async statusBarText(text: string | RegExp): Promise<string> {
    return visibleText(this.statusBarItem(text));
  }

  /** The editor tab with this title. */
  editorTab(title: string | RegExp): Locator {
    return this.page.locator('.part.editor .tab', { hasText: title }).first();
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  get #quickInputText(): Locator {
    return this.#quickInput.locator('.quick-input-box input');
  }

  get #dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async #retry(act: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await act();
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
  }
}
