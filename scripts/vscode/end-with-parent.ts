import { killProcessGroup } from './process-group.ts';

// Loaded into the VS Code server before its own code (--import). The server's standard input is a pipe whose other end
// only the process that started it holds: it ends when that process is gone, even by kill -9. The processes that the
// server forks inherit the option, but are not the child of that parent.
if (process.env.HOLDFAST_SERVER_PARENT === String(process.ppid)) {
  process.stdin.on('end', () => killProcessGroup(process.pid));
  process.stdin.on('error', () => killProcessGroup(process.pid));
  process.stdin.resume();
}
