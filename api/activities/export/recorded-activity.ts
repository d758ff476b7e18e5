import type { ActivityEvent, Lap, RecordedActivity, Totals } from '../../../files/activity.ts';
import { DamageCounts } from '../../../files/reasons.ts';
import { createRrBuilder, SeriesBuilder } from '../../../files/series.ts';
import { sessionSport } from '../../../files/timeline.ts';
import type { ActivityMetrics, Metric, Split } from '../../../schemas/activity-metrics.ts';
import { eventOfCode } from '../../../schemas/events.ts';
import { Problem } from '../../problem.ts';
import type { SampleHistory } from '../../samples/history.ts';
import type { StoredActivity } from '../reader.ts';
import { mergeSources, type RankedRow } from './merge-sources.ts';
import { storedRows } from './stored-rows.ts';

/** Two days at 1 Hz. */
export const MAX_EXPORTED_SAMPLES = 200_000;
/** Two days at 170 bpm. */
export const MAX_EXPORTED_BEATS = 500_000;
const MAX_EVENTS = 10_000;

/**
 * An activity as a file tells it, from the stored rows: samples as metrics see them, heart beats, events and laps of
 * the device that started it, totals as the platform computed them. Null when nothing is stored of it any more. Throws
 * StoreUnavailableError, and the problem `too_large_to_export`.
 */
export async function recordedActivity(
  history: Pick<SampleHistory, 'rows'>,
  activity: StoredActivity,
  signal: AbortSignal,
): Promise<RecordedActivity | null> {
  const { devices, startMs: fromMs, endMs: toMs } = activity;
  const rowsOf = (kind: 'samples' | 'rr' | 'events') => storedRows(history, { kind, devices, fromMs, toMs }, signal);
  const damage = new DamageCounts();
  const [samples, rr] = [new SeriesBuilder(damage, toMs), createRrBuilder(damage, toMs)];
  await mergeSources(rowsOf('samples'), samples, MAX_EXPORTED_SAMPLES);
  await mergeSources(rowsOf('rr'), rr, MAX_EXPORTED_BEATS);
  const series = samples.finish();
  if (series === null) return null;
  const told: RankedRow[] = [];
  for await (const row of rowsOf('events')) {
    if (told.push(row) > MAX_EVENTS)
      throw new Problem('too_large_to_export', { detail: `more than ${MAX_EVENTS} events` });
  }
  const { timesMs } = series;
  const [startMs, endMs] = [timesMs[0], timesMs[timesMs.length - 1]];
  const { events, lapsMs } = timelineOf(told);
  const sessions = [{ startMs, endMs, ...sessionSport(activity.sport), totals: totalsOf(activity.metrics) }];
  return {
    ...{ startMs, endMs, sessions, events },
    laps: lapsFrom({ startMs, endMs, events, lapsMs, splits: activity.metrics?.laps.value ?? [] }),
    lengths: [],
    devices: devices.map((product) => ({ product })),
    samples: series,
    rr: rr.finish(),
    ignored: {},
    damage: [],
  };
}

/** Of the source that told of a start first, or else of anything: two devices would tell everything twice. */
function timelineOf(rows: readonly RankedRow[]): { events: ActivityEvent[]; lapsMs: number[] } {
  const typed = rows.map(({ tsMs, source, boot, values }) => ({
    timeMs: tsMs,
    teller: `${source} ${boot}`,
    type: eventOfCode(values[0] ?? 0),
  }));
  const leader = typed.find(({ type }) => type === 'start') ?? typed[0];
  const own = typed.filter(({ teller }) => teller === leader?.teller);
  return {
    events: own.flatMap(({ timeMs, type }): ActivityEvent[] =>
      type === 'start' || type === 'pause' || type === 'resume' || type === 'stop'
        ? [{ timeMs, type, trigger: 'manual' }]
        : [],
    ),
    lapsMs: own.filter(({ type }) => type === 'lap').map(({ timeMs }) => timeMs),
  };
}

interface LapsQuestion {
  readonly startMs: number;
  readonly endMs: number;
  readonly events: readonly ActivityEvent[];
  readonly lapsMs: readonly number[];
  readonly splits: readonly Split[];
}

/** A lap lasts until the next one; what the platform counted in it is said where both have the same laps. */
function lapsFrom({ startMs, endMs, events, lapsMs, splits }: LapsQuestion): Lap[] {
  if (lapsMs.length === 0) return [];
  const beginsMs = events.find(({ type }) => type === 'start')?.timeMs ?? startMs;
  const endsMs = events.findLast(({ type }) => type === 'stop')?.timeMs ?? endMs;
  const begins = [beginsMs, ...lapsMs];
  return begins.map((lapMs, i) => {
    const untilMs = begins[i + 1] ?? endsMs;
    const split = splits.length === begins.length ? splits[i] : undefined;
    const totals: Totals = split === undefined ? {} : splitTotals(split);
    return { startMs: lapMs, endMs: untilMs, trigger: 'manual', totals };
  });
}

function splitTotals({ distanceM, elevationGainM, elevationLossM }: Split): Totals {
  return { distanceM, ascentM: Math.round(elevationGainM), descentM: Math.round(elevationLossM) };
}

function totalsOf(metrics: ActivityMetrics | null): Totals {
  if (metrics === null) return {};
  const { timer_s, distance_m, elevation_gain_m, elevation_loss_m, calories } = metrics;
  const known = <T>(metric: Metric<T> | undefined, total: (value: T) => Totals): Totals =>
    metric === undefined || metric.value === null ? {} : total(metric.value);
  return {
    ...known(timer_s, (value) => ({ timerMs: Math.round(value * 1_000) })),
    ...known(distance_m, (distanceM) => ({ distanceM })),
    ...known(elevation_gain_m, (value) => ({ ascentM: Math.round(value) })),
    ...known(elevation_loss_m, (value) => ({ descentM: Math.round(value) })),
    ...known(calories, ({ kcal }) => ({ energyKcal: Math.round(kcal) })),
  };
}
