import type { SampleHistory } from '../samples/history.ts';
import { isShownChannel, type ShownKinds } from './shown-data.ts';
import { type Span, spanAt } from './shown-spans.ts';

/**
 * Stored samples as others see them: whoever reads through it, for a chart or for a file, gets no value of a moment or
 * of a kind that is not shown. A row keeps its place, so that pages are as long as they were, and has no value; what
 * reaches out of what is shown, of buckets, is not there.
 */
export function createShownHistory(
  history: Pick<SampleHistory, 'rows' | 'buckets'>,
  spans: readonly Span[],
  kinds: ShownKinds,
): Pick<SampleHistory, 'rows' | 'buckets'> {
  return {
    async rows(query, signal) {
      const isShown = query.channels.map(({ name }) => isShownChannel(name, kinds));
      const rows = await history.rows(query, signal);
      return rows.map((row) => {
        const isIn = spanAt(spans, row.tsMs) !== undefined;
        return { ...row, values: row.values.map((value, c) => (isIn && isShown[c] ? value : null)) };
      });
    },
    async buckets(query, signal) {
      const isShown = query.channels.map(({ name }) => isShownChannel(name, kinds));
      const buckets = await history.buckets(query, signal);
      return buckets
        .filter(({ startMs }) => {
          const span = spanAt(spans, startMs);
          return span !== undefined && startMs + query.stepMs <= span.untilMs;
        })
        .map((bucket) => ({ ...bucket, values: bucket.values.map((value, c) => (isShown[c] ? value : null)) }));
    },
  };
}
