import type { IncomingMessage } from 'node:http';
import { HoldfastError } from '../../engine/errors.ts';
import type { ServerEvent } from '../../protocol/operations.ts';
import { connectionLost, readBody, type SidecarAddress, send } from './socket-fetch.ts';

interface Listener {
  onEvent(event: ServerEvent): void;
  /** The stream broke off; nothing more will come. */
  onEnd(error: HoldfastError): void;
}

/** One connection to `/v1/events` for all who listen in this process; open while somebody does. */
export class EventStream {
  readonly #address: SidecarAddress;
  readonly #listeners = new Set<Listener>();
  #connection: { opened: Promise<void>; abort: AbortController } | undefined;

  constructor(address: SidecarAddress) {
    this.#address = address;
  }

  /**
   * Adds a listener and resolves once the stream is open: what happens from then on is heard.
   *
   * @throws SIDECAR_FAILED when it cannot be opened
   */
  async listen(listener: Listener): Promise<() => void> {
    this.#listeners.add(listener);
    const stop = () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#connection?.abort.abort();
      this.#connection = undefined;
    };
    this.#connection ??= this.#connect();
    try {
      await this.#connection.opened;
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  #connect() {
    const abort = new AbortController();
    const opened = send(this.#address, { method: 'GET', path: '/v1/events', signal: abort.signal }).then(
      async message => {
        if (message.statusCode === 200) {
          void this.#read(message, abort);
          return;
        }
        await readBody(message);
        throw new HoldfastError('SIDECAR_FAILED', `The sidecar's events cannot be heard (HTTP ${message.statusCode}).`);
      },
    );
    const connection = { opened, abort };
    opened.catch(() => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    return connection;
  }

  async #read(message: IncomingMessage, abort: AbortController): Promise<void> {
    let failure = connectionLost(new Error('the event stream ended'));
    try {
      message.setEncoding('utf8');
      const parser = new EventParser();
      for await (const chunk of message) {
        for (const data of parser.push(chunk as string)) this.#dispatch(JSON.parse(data) as ServerEvent);
      }
    } catch (error) {
      failure = connectionLost(error);
    }
    if (this.#connection?.abort !== abort) return;
    this.#connection = undefined;
    for (const listener of [...this.#listeners]) {
      this.#listeners.delete(listener);
      listener.onEnd(failure);
    }
  }

  #dispatch(event: ServerEvent): void {
    for (const listener of [...this.#listeners]) listener.onEvent(event);
  }
}

/** The `data` of server-sent events, from pieces of the stream (the WHATWG's "event stream interpretation"). */
export class EventParser {
  #rest = '';
  #data: string[] = [];

  push(text: string): string[] {
    const complete: string[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) complete.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
      }
    }
    return complete;
  }
}
