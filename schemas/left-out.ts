/** A source whose data does not count from `from` up to `until`, as the athlete decided. Nothing of it is deleted. */
export interface LeftOut {
  /** `device/source`, `device/*`, or a source of whatever device. */
  readonly source: string;
  /** RFC 3339. */
  readonly from: string;
  readonly until: string;
}

export type SpanMs = readonly [fromMs: number, untilMs: number];

/** When one source does not count. */
export function leftOutSpans(leftOut: readonly LeftOut[] | undefined, device: string, source: string): SpanMs[] {
  return (leftOut ?? [])
    .filter((one) => one.source === source || one.source === `${device}/${source}` || one.source === `${device}/*`)
    .map(({ from, until }): SpanMs => [Date.parse(from), Date.parse(until)]);
}

export function isWithin(spans: readonly SpanMs[], atMs: number): boolean {
  for (const [fromMs, untilMs] of spans) if (atMs >= fromMs && atMs < untilMs) return true;
  return false;
}
