import type { Streams } from '../activities/streams.ts';
import type { WorkoutRow } from '../workouts/answer.ts';
import { metresBetween, type Place } from './great-circle.ts';
import type { ShownKinds } from './shown-data.ts';
import { type Shown, spanAt } from './shown-spans.ts';
import type { SharedWorkout } from './statements.ts';

interface Seen extends Shown {
  readonly row: WorkoutRow;
  readonly kinds: ShownKinds;
}

interface TrackPoint extends Place {
  readonly startMs: number;
}

/**
 * A workout's own numbers, of the kinds that are shown; where a part of it is held back, those of the rest alone: a
 * distance or a start that tells of the whole would tell how far away the rest began. `streams` holds latitude,
 * longitude and heart rate of what is shown; null where neither the track nor numbers of it are needed.
 */
export function sharedAnswer({ row, kinds, spans, isCut }: Seen, streams: Streams | null): SharedWorkout {
  const { id, sport, source, name, time_zone: timeZone } = row;
  const pieces = streams === null ? [] : piecesOf(streams, spans);
  const isTrackShown = kinds.has('tracks') && pieces.length > 0;
  const shownOf = (kind: 'heartRate' | 'body', value: number | null) => (kinds.has(kind) ? value : null);
  const partial = {
    startMs: spans[0]?.fromMs ?? null,
    durationS:
      spans.length === 0 ? null : Math.round(spans.reduce((sum, one) => sum + one.untilMs - one.fromMs, 0) / 1_000),
    distanceM: pieces.length === 0 ? null : Math.round(pieces.reduce((sum, piece) => sum + lengthM(piece), 0)),
    ...{ climbM: null, energyKcal: null },
    averageHeartRateBpm: shownOf('heartRate', streams === null ? null : meanHeartRate(streams)),
  };
  const whole = {
    startMs: row.started_at.getTime(),
    ...{ durationS: row.moving_s, distanceM: row.distance_m, climbM: row.climb_m },
    energyKcal: shownOf('body', row.energy_kcal),
    averageHeartRateBpm: shownOf('heartRate', row.average_heart_rate_bpm),
  };
  return {
    ...{ id, sport, source, name, timeZone, isCut },
    ...(isCut ? partial : whole),
    shown: [...kinds].sort(),
    track: isTrackShown ? pieces.map((piece) => piece.map(({ latitude, longitude }) => [latitude, longitude])) : null,
  };
}

/** A new piece begins behind each part that is held back. */
function piecesOf({ buckets }: Streams, spans: Shown['spans']): TrackPoint[][] {
  const pieces: TrackPoint[][] = [];
  let before: unknown = null;
  for (const { startMs, values } of buckets) {
    const [latitude, longitude] = values
      .slice(0, 2)
      .map((value) => (value !== null && 'last' in value ? value.last / 1e7 : null));
    if (latitude === null || longitude === null || latitude === undefined || longitude === undefined) continue;
    const span = spanAt(spans, startMs);
    if (span !== before) pieces.push([]);
    before = span;
    pieces[pieces.length - 1].push({ startMs, latitude, longitude });
  }
  return pieces;
}

function lengthM(piece: readonly TrackPoint[]): number {
  return piece.reduce((sum, point, i) => (i === 0 ? 0 : sum + metresBetween(piece[i - 1], point)), 0);
}

function meanHeartRate({ buckets }: Streams): number | null {
  const means = buckets.flatMap(({ values }) =>
    values.flatMap((value) => (value !== null && 'sum' in value && value.n > 0 ? [value.sum / value.n] : [])),
  );
  return means.length === 0 ? null : Math.round(means.reduce((sum, mean) => sum + mean, 0) / means.length);
}
