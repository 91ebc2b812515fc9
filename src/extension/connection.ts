import * as vscode from 'vscode';
import type { HoldfastClient, HoldfastError } from '../sidecar/client.ts';
import { startSidecar } from '../sidecar/spawn.ts';
import { SupervisedSidecar } from '../sidecar/supervise.ts';
import type { Log } from './log.ts';

/** The sidecar of this window: started when first needed, restarted once when it crashes, then given up with a message. */
export class Connection {
  private readonly restarted = new vscode.EventEmitter<void>();
  /** A new sidecar answers, which has not been told anything yet. */
  readonly onDidRestart = this.restarted.event;
  private readonly failed = new vscode.EventEmitter<HoldfastError>();
  /** It ended twice: nothing is tried any more until `restart`. */
  readonly onDidGiveUp = this.failed.event;
  private readonly sidecar: SupervisedSidecar;

  constructor(context: vscode.ExtensionContext, log: Log) {
    const script = context.asAbsolutePath('dist/sidecar.cjs');
    this.sidecar = new SupervisedSidecar({
      start: onExit =>
        startSidecar({
          script,
          log: line => log.info(`sidecar: ${line}`),
          onExit: exit => {
            if (!exit.expected) log.warn(`The sidecar ended with ${exit.signal ?? `status ${exit.code}`}`);
            onExit(exit);
          },
        }),
      onRestart: () => {
        log.info('The sidecar runs again');
        this.restarted.fire();
      },
      onGiveUp: problem => {
        log.error('The sidecar was given up', problem);
        this.failed.fire(problem);
      },
    });
  }

  /** @throws SIDECAR_FAILED once it was given up */
  client(): Promise<HoldfastClient> {
    return this.sidecar.client();
  }

  pid(): Promise<number | undefined> {
    return this.sidecar.pid();
  }

  async restart(): Promise<void> {
    await this.sidecar.restart();
  }

  dispose(): void {
    this.restarted.dispose();
    this.failed.dispose();
    void this.sidecar.stop();
  }
}
