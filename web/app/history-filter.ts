/** What a history is filtered by, as the address has it; '' for all. */
export interface HistoryFilter {
  readonly text: string;
  readonly sport: string;
  readonly source: string;
  /** The first and the last day, YYYY-MM-DD. */
  readonly from: string;
  readonly until: string;
}

const NAMES = ['text', 'sport', 'source', 'from', 'until'] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

export function filterOf(query: string): HistoryFilter {
  const asked = new URLSearchParams(query);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name) ?? ''])) as unknown as HistoryFilter;
}

/** The filter as the address has it, without what lets all through. */
export function queryOf(filter: HistoryFilter): string {
  return new URLSearchParams(
    NAMES.filter((name) => filter[name] !== '').map((name) => [name, filter[name]]),
  ).toString();
}

/** The question to the API: days are those of the browser's clock, and the last one belongs to it. */
export function askedFor(query: string): URLSearchParams {
  const { text, from, until, ...rest } = filterOf(query);
  const asked = new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== ''));
  if (text.trim() !== '') asked.set('text', text.trim());
  if (DAY.test(from)) asked.set('from', String(midnightOf(from, 0)));
  if (DAY.test(until)) asked.set('until', String(midnightOf(until, 1)));
  return asked;
}

/** A day of another length than 24 hours ends at midnight too. */
function midnightOf(day: string, daysLater: number): number {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).getTime();
}
