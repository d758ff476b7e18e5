/** A histogram as a metrics page shows it: how many values were at most each bound, bounds ascending. */
export interface HistogramReading {
  readonly bounds: readonly { readonly atMost: number; readonly count: number }[];
}

/**
 * Reads one histogram from a page in Prometheus' text format, summed over all its series that have these labels. The
 * name is without `slipstream_`. Empty when the page has none.
 */
export function readHistogram(page: string, name: string, labels: Readonly<Record<string, string>>): HistogramReading {
  const counts = new Map<number, number>();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  for (const line of page.split('\n')) {
    const match = /^slipstream_(\w+)_bucket\{(.*)\} (\S+)$/.exec(line);
    if (match?.[1] !== name) continue;
    const own = match[2].split(',');
    const bound = own.find((label) => label.startsWith('le='))?.slice('le="'.length, -1);
    if (bound === undefined || !wanted.every((label) => own.includes(label))) continue;
    const atMost = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    counts.set(atMost, (counts.get(atMost) ?? 0) + Number(match[3]));
  }
  const bounds = [...counts].map(([atMost, count]) => ({ atMost, count })).sort((a, b) => a.atMost - b.atMost);
  return { bounds };
}

/**
 * The value that `share` (0 to 1) of a histogram's values do not exceed, taken as evenly spread inside their bucket, as
 * Prometheus' histogram_quantile does. NaN when it holds none; the last finite bound when the answer lies beyond it.
 */
export function quantileOf({ bounds }: HistogramReading, share: number): number {
  const total = bounds.at(-1)?.count ?? 0;
  if (total === 0) return Number.NaN;
  const wanted = share * total;
  const at = bounds.findIndex(({ count }) => count >= wanted);
  const lower = at === 0 ? { atMost: 0, count: 0 } : bounds[at - 1];
  const upper = bounds[at];
  if (upper.atMost === Number.POSITIVE_INFINITY) return lower.atMost;
  if (upper.count === lower.count) return upper.atMost;
  return lower.atMost + ((upper.atMost - lower.atMost) * (wanted - lower.count)) / (upper.count - lower.count);
}

/** What a histogram counted between two readings; buckets that had not been shown before were empty. */
export function histogramBetween(from: HistogramReading, to: HistogramReading): HistogramReading {
  const before = new Map(from.bounds.map(({ atMost, count }) => [atMost, count]));
  return { bounds: to.bounds.map(({ atMost, count }) => ({ atMost, count: count - (before.get(atMost) ?? 0) })) };
}

/** A metric's value, under its whole name, summed over its series; 0 when the page has none: nobody counted yet. */
export function readValue(page: string, name: string): number {
  let sum = 0;
  for (const line of page.split('\n')) {
    if (line.startsWith(name) && /^[ {]/.test(line.slice(name.length)))
      sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}

/** A metric's values by one of its labels, each summed over the others. Empty when the page has none. */
export function readByLabel(page: string, name: string, label: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of page.split('\n')) {
    const [, found, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    const own = labels.split(',').find((text) => text.startsWith(`${label}="`));
    if (own === undefined) continue;
    const key = own.slice(label.length + 2, -1);
    sums.set(key, (sums.get(key) ?? 0) + Number(value));
  }
  return sums;
}
