import { type Comparison, SPAN_UNITS, type Span, type SpanSums } from '../../schemas/athlete-progress.ts';
import { comparedSpans } from './calendar.ts';
import type { SpanRow } from './reader.ts';
import { allSums } from './sums.ts';

/** The spans that comparisons need, and the comparisons from their rows. */
export function compareSpans(nowMs: number, timeZone: string) {
  const compared = SPAN_UNITS.map((unit) => comparedSpans(unit, nowMs, timeZone));
  const spans = compared.flatMap(({ current, last, yearAgo }) => [current, last, ...(yearAgo ? [yearAgo] : [])]);
  return {
    spans,
    fromRows(rows: readonly SpanRow[]): Comparison[] {
      const sums = (span: Span): SpanSums => {
        const own = rows.filter((row) => spans[row.span] === span);
        const of = (part: SpanRow['part']) => allSums(own.filter((row) => row.part === part));
        return { ...span, toPoint: of('toPoint'), whole: of('whole') };
      };
      return compared.map(({ unit, current, last, yearAgo }) => {
        return { unit, current: sums(current), last: sums(last), yearAgo: yearAgo && sums(yearAgo) };
      });
    },
  };
}
