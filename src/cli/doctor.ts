import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import type { Command } from 'commander';
import { type Call, openOptions, type Run } from './call.ts';
import { addVerb } from './command.ts';
import { bytes, type Style, table } from './format.ts';
import { printable } from './printable.ts';

/** One thing that Holdfast needs of its surroundings. `error`: commands fail because of it. */
interface Check {
  id: string;
  status: 'ok' | 'warn' | 'error';
  message: string;
  hint?: string;
}

function runtimeChecks(): Check[] {
  const major = Number(process.versions.node.split('.')[0]);
  const node: Check = {
    id: 'node',
    status: 'ok',
    message: `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
  };
  const zstd: Check = { id: 'zstd', status: 'ok', message: 'zstd is there' };
  return [
    major >= 20 ? node : { ...node, status: 'error', hint: 'Install Node 20 or newer.' },
    'zstdCompressSync' in zlib
      ? zstd
      : {
          ...zstd,
          status: 'warn',
          message: 'zstd is missing; new blocks are written with deflate, and those with zstd cannot be read',
          hint: 'Use Node 22.15 or newer.',
        },
  ];
}

/** Watching takes one of these for each directory. */
function watcherCheck(): Check {
  if (process.platform !== 'linux')
    return { id: 'watch', status: 'ok', message: 'the system needs no limit for watching' };
  try {
    const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'));
    const message = `up to ${limit} directories can be watched`;
    if (limit >= 8192) return { id: 'watch', status: 'ok', message };
    return { id: 'watch', status: 'warn', message, hint: 'Raise fs.inotify.max_user_watches with sysctl.' };
  } catch {
    return { id: 'watch', status: 'warn', message: 'the system does not tell how many directories can be watched' };
  }
}

async function rootChecks(call: Call): Promise<{ checks: Check[]; status: number }> {
  const { ports, options } = await openOptions(call);
  const { failureOf } = await import('./exit.ts');
  const checks: Check[] = [];
  let failed = 0;
  const attempt = async (id: string, check: () => Promise<Omit<Check, 'id'>>): Promise<boolean> => {
    try {
      checks.push({ id, ...(await check()) });
      return true;
    } catch (error) {
      const { body, status } = await failureOf(error);
      const place = body.path === undefined || body.message.includes(body.path) ? '' : ` (${body.path})`;
      checks.push({
        id,
        status: 'error',
        message: `${body.message}${place}`,
        ...(body.hint ? { hint: body.hint } : {}),
      });
      failed ||= status;
      return false;
    }
  };

  const { openContext } = await import('../engine/root/open.ts');
  let context: ReturnType<typeof openContext> | undefined;
  let exists = false;
  await attempt('root', async () => {
    const opened = openContext(ports, options);
    const { kind, name } = opened.resolution.source;
    context = opened;
    exists = ports.fs.existsSync(opened.root);
    const message = `${opened.root}, from ${kind} ${name}, profile ${opened.profile.id}`;
    if (exists) return { status: 'ok', message };
    return { status: 'warn', message: `${message}; it does not exist yet`, hint: 'Make it with: holdfast root init' };
  });
  if (!context || !exists) return { checks, status: failed };
  const found = context;

  await attempt('space', async () => {
    const { bavail, bsize } = ports.fs.statfsSync(found.root);
    const free = bavail * bsize;
    const message = `${bytes(free)} free where the root lies`;
    return free >= 2 ** 28 ? { status: 'ok', message } : { status: 'warn', message, hint: 'Free some space.' };
  });
  await attempt('vault', async () => {
    const { readCertainVaultRecord } = await import('../engine/vault/vault-record.ts');
    const record = readCertainVaultRecord(found);
    if (!record) return { status: 'ok', message: 'no vault yet; the first command that writes makes it' };
    return { status: 'ok', message: `vault of format ${record.format}, root id ${record.rootId}` };
  });
  await attempt('snapshots', async () => {
    const { listSnapshots } = await import('../engine/snapshots/list.ts');
    const { total, broken } = await listSnapshots(found, { limit: 1 });
    if (broken.length === 0) return { status: 'ok', message: `${total} can be listed` };
    return {
      status: 'warn',
      message: `${total} can be listed, ${broken.length} cannot`,
      hint: 'See: holdfast snapshot list, holdfast vault verify',
    };
  });
  return { checks, status: failed };
}

function doctorLines(style: Style, checks: readonly Check[]): string[] {
  const look = { ok: style.good, warn: style.warn, error: style.bad };
  const rows = checks.flatMap(({ id, status, message, hint }) => [
    [look[status](status), id, printable(message)],
    ...(hint === undefined ? [] : [['', '', style.dim(`hint: ${printable(hint)}`)]]),
  ]);
  return table(style, ['', '', ''], rows);
}

/** The exit status is that of the first error found, so 7 for a root that cannot be used; warnings change nothing. */
export function addDoctor(program: Command, run: Run): void {
  addVerb(program, 'doctor', 'check what Holdfast needs of this machine and of the root', [
    ['holdfast doctor', 'One line for each check'],
    ['holdfast doctor --json', 'For a bug report: {"ok", "checks": [{"id", "status", "message", "hint"}]}'],
  ]).action(
    run(async call => {
      const root = await rootChecks(call);
      const checks = [...runtimeChecks(), watcherCheck(), ...root.checks];
      const ok = checks.every(({ status }) => status !== 'error');
      return {
        kind: 'data',
        json: { ok, checks },
        text: style => doctorLines(style, checks),
        status: ok ? 0 : root.status || 1,
      };
    }),
  );
}
