import { MEASURE_NAMES, measureNamed } from '../../files/health/measures.ts';
import { type SourceInterval, type TakenSpan, unionOf } from './union.ts';

/** That a source said something of a measure. */
export interface Said {
  readonly measure: string;
  readonly source: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Null where nobody says how much, but that it was measured. */
  readonly value: number | null;
}

export interface Ranks {
  readonly rankOf: (source: string) => number;
  /** Whether its owner prefers it. */
  readonly isPreferred: (source: string) => boolean;
}

export const WHY = ['only', 'preferred', 'order'] as const;

/** Samples of a source with less than this between them cover the time between them. */
const MAX_GAP_MS = 600_000;
/** What lasts no time at all counts as this. */
const MOMENT_MS = 1_000;

/** A day by what each measure says of it: which source was taken when, and why. Values are in the measure's unit. */
export function describeDay(said: readonly Said[], day: { startMs: number; endMs: number }, ranks: Ranks) {
  const byMeasure = Map.groupBy(said, ({ measure }) => measure);
  const present = MEASURE_NAMES.filter((name) => byMeasure.has(name));
  const measures = present.flatMap((name) => {
    const { kind, unit } = measureNamed(name);
    if (kind === 'level') return [];
    const own = byMeasure.get(name)!;
    const intervals = (kind === 'amount' ? own.map(lasting) : covered(own)).flatMap((one) => clipped(one, day));
    const spans = unionOf(intervals.map((one) => ({ ...one, rank: ranks.rankOf(one.source) })));
    if (spans.length === 0) return [];
    const total = kind === 'amount' ? spans.reduce((sum, { amount }) => sum + (amount ?? 0), 0) : null;
    return [{ measure: name, unit, total, spans: spans.map((span) => ({ ...span, why: whyOf(span, ranks) })) }];
  });
  const levels = present.flatMap((name) => {
    if (measureNamed(name).kind !== 'level') return [];
    const within = byMeasure.get(name)!.filter(({ startMs }) => startMs >= day.startMs && startMs < day.endMs);
    const [best] = within.toSorted(
      (a, b) =>
        ranks.rankOf(a.source) - ranks.rankOf(b.source) || b.startMs - a.startMs || (a.value ?? 0) - (b.value ?? 0),
    );
    if (best === undefined || best.value === null) return [];
    const { source, startMs: atMs, value } = best;
    const over = [...new Set(within.map((one) => one.source))].filter((one) => one !== source).sort();
    const why = whyOf({ source, over }, ranks);
    return [{ measure: name, unit: measureNamed(name).unit, value, atMs, source, over, why }];
  });
  return { measures, levels };
}

function whyOf({ source, over }: Pick<TakenSpan, 'source' | 'over'>, { isPreferred }: Ranks): (typeof WHY)[number] {
  if (over.length === 0) return 'only';
  return isPreferred(source) ? 'preferred' : 'order';
}

type Interval = Omit<SourceInterval, 'rank'>;

function lasting({ source, startMs, endMs, value }: Said): Interval {
  return { source, startMs, endMs: Math.max(endMs, startMs + MOMENT_MS), amount: value };
}

/** Stretches in which each source measured again and again. */
function covered(said: readonly Said[]): Interval[] {
  const spans: { source: string; startMs: number; endMs: number; amount: null }[] = [];
  for (const own of Map.groupBy(said, ({ source }) => source).values()) {
    let last: (typeof spans)[number] | null = null;
    for (const { source, startMs, endMs } of own.toSorted((a, b) => a.startMs - b.startMs)) {
      const untilMs = Math.max(endMs, startMs + MOMENT_MS);
      if (last !== null && startMs - last.endMs <= MAX_GAP_MS) last.endMs = Math.max(last.endMs, untilMs);
      else {
        last = { source, startMs, endMs: untilMs, amount: null };
        spans.push(last);
      }
    }
  }
  return spans;
}

/** The part within the day, with its share of the amount. */
function clipped(one: Interval, day: { startMs: number; endMs: number }): Interval[] {
  const [startMs, endMs] = [Math.max(one.startMs, day.startMs), Math.min(one.endMs, day.endMs)];
  if (startMs >= endMs) return [];
  const share = (endMs - startMs) / (one.endMs - one.startMs);
  return [{ ...one, startMs, endMs, amount: one.amount === null ? null : one.amount * share }];
}
