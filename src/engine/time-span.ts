import { HoldfastError } from './errors.ts';

/** A length of time as people count it: years and months are those of the calendar. */
export interface TimeSpan {
  years: number;
  months: number;
  weeks: number;
  days: number;
  hours: number;
}

const form = /^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/;

/**
 * `30d`, `12h`, `2w`, `1y6m`: years, months, weeks, days and hours, in this order (as restic, which has no weeks). `0`
 * is no time at all.
 *
 * @throws USAGE
 */
export function parseTimeSpan(text: string): TimeSpan {
  const match = form.exec(text === '0' ? '0h' : text);
  if (!match || text === '') {
    throw new HoldfastError('USAGE', `"${text}" is not a length of time.`, {
      hint: 'Write years, months, weeks, days and hours in this order: 1y6m, 2w, 30d, 12h.',
    });
  }
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0] = match.slice(1).map(digits => Number(digits ?? 0));
  return { years, months, weeks, days, hours };
}

/** The time that lies so much before another one, in milliseconds, counted in UTC. */
export function before(time: number, { years, months, weeks, days, hours }: TimeSpan): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months - 12 * years);
  // A month before the 31st is the last day of the shorter month, not the first days of the next one.
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime() - ((weeks * 7 + days) * 24 + hours) * 3_600_000;
}
