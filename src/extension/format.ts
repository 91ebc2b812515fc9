/** How sizes, counts and times read in the reader's own language. Imports no `vscode`: the language is handed in. */
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `4.2 MB`; powers of 1000, as file managers show them. */
export function formatBytes(bytes: number, language?: string): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

export function formatCount(count: number, language?: string): string {
  return new Intl.NumberFormat(language).format(count);
}

/** Date and time of day in the reader's time zone. */
export function formatTime(time: string, language?: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}

/** With seconds and zone, for tooltips and reports. */
export function formatExactTime(time: string, language?: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(time));
}

export type Period =
  | { kind: 'today' }
  | { kind: 'yesterday' }
  | { kind: 'week' }
  | { kind: 'month'; name: string; key: string };

/** Which heading a time belongs under, by calendar days of the reader's time zone. */
export function periodOf(time: string, now: Date, language?: string): Period {
  const date = new Date(time);
  const days = Math.round((startOfDay(now).getTime() - startOfDay(date).getTime()) / 86_400_000);
  if (days <= 0) return { kind: 'today' };
  if (days === 1) return { kind: 'yesterday' };
  if (days < 7) return { kind: 'week' };
  const key = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
  return {
    kind: 'month',
    key,
    name: new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' }).format(date),
  };
}

function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** A path as people write it: relative to the folder when it lies inside, `~` for the home directory. */
export function shortPath(path: string, folder: string, home: string): string {
  for (const [base, sign] of [
    [folder, ''],
    [home, '~'],
  ] as const) {
    if (base === '' || base === '/') continue;
    if (path === base) return sign || '.';
    const rest = path.startsWith(base) ? path.slice(base.length) : '';
    if (/^[\\/]./.test(rest)) return sign === '' ? rest.slice(1) : sign + rest;
  }
  return path;
}

/** The line that sets `HOLDFAST_ROOT` in the shell that people use on this platform. */
export function exportLine(root: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `$env:HOLDFAST_ROOT = '${root.replaceAll("'", "''")}'`;
  return `export HOLDFAST_ROOT='${root.replaceAll("'", "'\\''")}'`;
}
