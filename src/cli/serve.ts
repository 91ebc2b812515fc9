import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { type Call, open, type Run } from './call.ts';
import { untilAborted } from './cancel.ts';
import { addVerb } from './command.ts';
import { facts } from './format.ts';
import { printable } from './printable.ts';

/**
 * The token that clients must send: the one in `HOLDFAST_TOKEN`, which is never printed, else a new one, which has to
 * be.
 */
function takeToken(): { token: string; chosen: boolean } {
  const token = process.env.HOLDFAST_TOKEN?.trim();
  // Not for the programs that this process may start.
  delete process.env.HOLDFAST_TOKEN;
  return token ? { token, chosen: true } : { token: randomBytes(32).toString('base64url'), chosen: false };
}

async function start(call: Call, listen: string) {
  const { serve } = await import('../sidecar/serve.ts');
  const { ports, workspace } = await open(call);
  const { root, profile } = call.globals;
  const { token, chosen } = takeToken();
  const serving = await serve({
    listen,
    ports,
    workspaces: [{ folder: workspace, rootFlag: root, profileFlag: profile }],
    token,
    log: line => call.output.note(printable(line)),
  });
  return { serving, workspace, ...(chosen ? {} : { token }) };
}

/** Serves the HTTP API until it is stopped: that is its normal end, so the exit status is 0. */
export function addServe(program: Command, run: Run): void {
  addVerb(program, 'serve', 'serve the HTTP API for an application, until stopped with Ctrl-C', [
    ['holdfast serve', 'On a free port of this machine; prints the address and a new token'],
    [
      'holdfast serve --listen 127.0.0.1:7420 --workspace /srv/app',
      'On a port of your own; HOLDFAST_TOKEN is the token',
    ],
    ['holdfast serve --listen /run/app/holdfast.sock --json', 'On a socket; prints {"address", "workspace", "token"}'],
  ])
    .option('--listen <addr>', 'PORT, HOST:PORT or the path of a socket', '127.0.0.1:0')
    .action(
      run(async (call, options: { listen: string }) => {
        const { serving, workspace, token } = await start(call, options.listen);
        const { address } = serving;
        if (call.globals.json) {
          call.output.jsonLine({ address, workspace, ...(token === undefined ? {} : { token }) });
        } else {
          call.output.lines(
            facts(call.output.style, [
              ['Serving', printable(workspace)],
              ['Address', call.output.style.bold(printable(address))],
              token === undefined ? undefined : ['Token', token],
            ]),
          );
          call.output.note('Stop with Ctrl-C.');
        }
        try {
          await untilAborted(call.signal);
        } finally {
          await serving.close();
        }
        return { kind: 'report', text: () => [] };
      }),
    );
}
