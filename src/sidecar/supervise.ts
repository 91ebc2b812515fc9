import { asHoldfastError, type HoldfastClient, HoldfastError } from './client.ts';
import type { RunningSidecar, SidecarExit } from './spawn.ts';

export interface Supervision {
  /** Starts one sidecar: `onExit => startSidecar({ …, onExit })`. */
  start(onExit: (exit: SidecarExit) => void): Promise<RunningSidecar>;
  /** It ended by itself and a new one answers: tell it the workspaces, listen to its events, read everything again. */
  onRestart?: (client: HoldfastClient) => void;
  /** It ended twice within `healthyAfter`: nothing is tried any more until `restart`. */
  onGiveUp?: (problem: HoldfastError) => void;
  /** A sidecar that ran this long (milliseconds) counts as healthy, whatever happened before. Default: a minute. */
  healthyAfter?: number;
}

/** Keeps one sidecar running: started when first needed, restarted once when it crashes, then given up. */
export class SupervisedSidecar {
  readonly #supervision: Supervision;
  #running: Promise<RunningSidecar> | undefined;
  #problem: HoldfastError | undefined;
  #crashes = 0;
  #stopped = false;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /**
   * The client of the sidecar that runs, or will in a moment.
   *
   * @throws SIDECAR_FAILED once it was given up or stopped
   */
  async client(): Promise<HoldfastClient> {
    return (await this.#sidecar()).client;
  }

  /** The process, while one runs. */
  async pid(): Promise<number | undefined> {
    return this.#running?.then(
      ({ pid }) => pid,
      () => undefined,
    );
  }

  /** Ends the sidecar, if one runs, and starts a new one with a clean record: what a person asks for after it was given up. */
  async restart(): Promise<HoldfastClient> {
    await this.#end();
    this.#problem = undefined;
    this.#crashes = 0;
    const { client } = await this.#sidecar();
    this.#supervision.onRestart?.(client);
    return client;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end();
  }

  #sidecar(): Promise<RunningSidecar> {
    if (this.#stopped) return Promise.reject(new HoldfastError('SIDECAR_FAILED', 'The sidecar was stopped.'));
    if (this.#problem) return Promise.reject(this.#problem);
    this.#running ??= this.#start();
    return this.#running;
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.then(
      sidecar => sidecar.stop(),
      () => {},
    );
  }

  /** One that does not even start is a crash like any other. */
  #start(): Promise<RunningSidecar> {
    const starting: Promise<RunningSidecar> = this.#startOne(() => this.#running === starting);
    return starting;
  }

  async #startOne(isCurrent: () => boolean): Promise<RunningSidecar> {
    for (;;) {
      let startedAt = Number.POSITIVE_INFINITY;
      try {
        const sidecar = await this.#supervision.start(exit => {
          if (!exit.expected && isCurrent()) this.#crashed(exit, performance.now() - startedAt);
        });
        startedAt = performance.now();
        return sidecar;
      } catch (error) {
        this.#crashes += 1;
        if (this.#crashes > 1) throw this.#giveUp(asHoldfastError(error).message, error);
      }
    }
  }

  #crashed({ code, signal }: SidecarExit, ranFor: number): void {
    if (ranFor >= (this.#supervision.healthyAfter ?? 60_000)) this.#crashes = 0;
    this.#crashes += 1;
    this.#running = undefined;
    if (this.#stopped) return;
    if (this.#crashes > 1) {
      this.#giveUp(`The sidecar ended twice, the last time with ${signal ?? `status ${code}`}.`);
      return;
    }
    this.#sidecar().then(
      ({ client }) => this.#supervision.onRestart?.(client),
      () => {},
    );
  }

  #giveUp(message: string, cause?: unknown): HoldfastError {
    const problem = new HoldfastError('SIDECAR_FAILED', message, {
      hint: 'See the log for why, then restart it.',
      details: cause instanceof HoldfastError ? cause.details : undefined,
      cause,
    });
    this.#problem = problem;
    this.#supervision.onGiveUp?.(problem);
    return problem;
  }
}
