import * as vscode from 'vscode';
import { HoldfastError } from '../sidecar/client.ts';

/** The one output channel. Names what happened and where; never content, never a token. */
export class Log {
  private readonly channel = vscode.window.createOutputChannel('Holdfast', { log: true });

  debug(message: string): void {
    this.channel.debug(message);
  }

  info(message: string): void {
    this.channel.info(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
  }

  error(doing: string, error: unknown): void {
    if (HoldfastError.is(error)) {
      this.channel.error(
        [`${doing}: ${error.code}: ${error.message}`, error.path, error.hint].filter(Boolean).join(' · '),
      );
    } else {
      this.channel.error(`${doing}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
