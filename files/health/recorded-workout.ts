import type { RecordedActivity } from '../activity.ts';
import { DamageCounts } from '../reasons.ts';
import { type Series, SeriesBuilder } from '../series.ts';
import { sessionSport } from '../timeline.ts';
import { setMeasured } from '../xml/xml-values.ts';
import type { CountedWorkout } from './health-batch.ts';

const NOTHING: Series = { timesMs: new Float64Array(0), columns: {} };

/**
 * A workout of a health store as a recorded activity: its timer, its laps, the points of its route and the counters of
 * its own origin. What the heart did meanwhile are samples of their own.
 */
export function recordedWorkout({ record, counters }: CountedWorkout, nowMs: number): RecordedActivity {
  const { startMs, endMs, content } = record;
  const damage = new DamageCounts();
  const series = new SeriesBuilder(damage, nowMs);
  const set = (channel: string, value: number | null | undefined) => {
    if (value !== null && value !== undefined) setMeasured(series, channel, value);
  };
  for (const point of content.route) {
    if (!series.begin(point.timeMs)) continue;
    set('latitude', point.latitude);
    set('longitude', point.longitude);
    set('altitude', point.altitudeM);
    set('horizontal_accuracy', point.horizontalAccuracyM);
    set('speed', point.speedMps);
  }
  for (const { timeMs, distanceM, steps } of counters) {
    if (!series.begin(timeMs)) continue;
    set('distance', distanceM);
    set('steps', steps);
  }
  const ofLaps = [startMs, ...content.lapStartsMs];
  return {
    ...{ startMs, endMs, samples: series.finish() ?? NOTHING, rr: null, lengths: [], devices: [], ignored: {} },
    sessions: [{ startMs, endMs, ...sessionSport(content.sport), totals: {} }],
    laps: ofLaps.map((lapMs, i) => {
      return { startMs: lapMs, endMs: ofLaps[i + 1] ?? endMs, trigger: 'other' as const, totals: {} };
    }),
    events: content.pauses.map(({ timeMs, type }) => ({ timeMs, type, trigger: 'manual' as const })),
    damage: damage.list(),
  };
}
