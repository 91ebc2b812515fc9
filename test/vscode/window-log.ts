/** What a window and its server always complain about when VS Code's native modules were not compiled. */
const harmless =
  /bindings file|native-watchdog|release\/watchdog|vsda|ServiceWorker|reconnection|AccountPolicyGate|additional builtin/i;

/** The last messages of a window, for the report of a run that went wrong. */
export class WindowLog {
  readonly #messages: string[] = [];

  add(message: string): void {
    if (harmless.test(message)) return;
    this.#messages.push(message.split('\n').slice(0, 8).join('\n').slice(0, 1000));
    this.#messages.splice(0, this.#messages.length - 15);
  }

  toString(): string {
    return this.#messages.join('\n');
  }
}

/** The messages in a server's output, without the stacks that follow them. */
export function serverMessages(output: string): string {
  const messages = output.split('\n').filter(line => line.startsWith('[') && !harmless.test(line));
  return messages.slice(-15).join('\n');
}
