import type { Dated } from './profile-fields.ts';

/** A day in the calendar of this browser, YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

const sportsOf = ({ sports }: Dated) => [...(sports ?? [])].sort().join(' ');
const isSame = (a: Dated, b: Dated) => a.from === b.from && sportsOf(a) === sportsOf(b);

/** With what is said of a day and its sports; what was said of the same before stays where it is not said anew. */
export function withRow<Row extends Dated>(rows: readonly Row[], said: Row): Row[] {
  const before = rows.find((row) => isSame(row, said));
  return [...rows.filter((row) => row !== before), { ...before, ...said }].toSorted(byDay);
}

export const withoutRow = <Row extends Dated>(rows: readonly Row[], gone: Row): Row[] =>
  rows.filter((row) => !isSame(row, gone));

/** The oldest first, as the API is told. */
const byDay = (a: Dated, b: Dated) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0);
