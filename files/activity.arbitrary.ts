import fc from 'fast-check';
import { CHANNELS, RR_CHANNEL } from '../schemas/channels.ts';
import { type ActivityEvent, LAP_TRIGGERS, type RecordedActivity, type Totals } from './activity.ts';
import type { Series } from './series.ts';

const START_MS = Date.UTC(2025, 4, 1, 6);
/** Some formats have no point on the date line; nobody crosses it in these tests. */
const LIMITS: Readonly<Record<string, number>> = { latitude: 899_000_000, longitude: 1_799_000_000 };

const SPORTS = [
  ['running', 'trail'],
  ['cycling', 'generic'],
  ['swimming', 'lap_swimming'],
] as const;

const columnOf = ({ name, min, max }: (typeof CHANNELS)[number], rows: number) => {
  const limit = LIMITS[name];
  const value = limit === undefined ? fc.integer({ min, max }) : fc.integer({ min: -limit, max: limit });
  return fc.tuple(fc.constant(name), fc.array(fc.option(value, { freq: 3 }), { minLength: rows, maxLength: rows }));
};

/** A series of these values; rows and columns without any are left out. Null when nothing is left. */
export function seriesOf(
  timesMs: readonly number[],
  columns: readonly (readonly [name: string, values: readonly (number | null)[]])[],
): Series | null {
  const kept = [...timesMs.keys()].filter((row) => columns.some(([, values]) => values[row] !== null));
  const used = columns.filter(([, values]) => values.some((value) => value !== null));
  if (kept.length === 0) return null;
  return {
    timesMs: Float64Array.from(kept, (row) => timesMs[row]),
    columns: Object.fromEntries(
      used.map(([name, values]) => [
        name,
        {
          values: Int32Array.from(kept, (row) => values[row] ?? 0),
          missing: Uint8Array.from(kept, (row) => (values[row] === null ? 1 : 0)),
        },
      ]),
    ),
  };
}

const totals: fc.Arbitrary<Totals> = fc.record(
  {
    timerMs: fc.nat(10_000_000),
    distanceM: fc.nat(10_000_000).map((cm) => cm / 100),
    ascentM: fc.nat(9_000),
    descentM: fc.nat(9_000),
    energyKcal: fc.nat(9_000),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Events that a device would write: a start, pauses that end, a stop. */
function eventsOf(timesMs: readonly number[], trigger: 'manual' | 'auto'): ActivityEvent[] {
  const pairs = Math.floor(Math.max(0, timesMs.length - 2) / 2);
  const last = timesMs.length - 1;
  const between = Array.from({ length: pairs * 2 }, (_, i) => ({
    timeMs: timesMs[i + 1],
    type: i % 2 === 0 ? ('pause' as const) : ('resume' as const),
    trigger,
  }));
  if (last < 1) return [];
  return [
    { timeMs: timesMs[0], type: 'start', trigger: 'manual' },
    ...between,
    { timeMs: timesMs[last], type: 'stop', trigger: 'manual' },
  ];
}

/** Activities that a whole file could hold. `stepMs` is what all times are multiples of. */
export function anyActivity(stepMs: number): fc.Arbitrary<RecordedActivity> {
  return fc.integer({ min: 1, max: 30 }).chain((rows) =>
    fc
      .record({
        steps: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: rows, maxLength: rows }),
        columns: fc.tuple(...CHANNELS.map((channel) => columnOf(channel, rows))),
        used: fc.subarray(
          CHANNELS.map(({ name }) => name),
          { minLength: 1 },
        ),
        intervals: fc.array(fc.integer({ min: RR_CHANNEL.min, max: RR_CHANNEL.max }), { maxLength: 20 }),
        sports: fc.subarray([...SPORTS], { minLength: 1 }),
        laps: fc.array(fc.record({ trigger: fc.constantFrom(...LAP_TRIGGERS), totals }), { maxLength: 4 }),
        lengths: fc.array(fc.record({ isActive: fc.boolean(), strokes: fc.nat(60) }), { maxLength: 4 }),
        trigger: fc.constantFrom('manual' as const, 'auto' as const),
        totals,
      })
      .map((drawn) => activityOf(drawn, stepMs))
      .filter((activity) => activity !== null),
  );
}

interface Drawn {
  readonly steps: readonly number[];
  readonly columns: readonly (readonly [string, (number | null)[]])[];
  readonly used: readonly string[];
  readonly intervals: readonly number[];
  readonly sports: readonly (readonly [string, string])[];
  readonly laps: readonly { trigger: (typeof LAP_TRIGGERS)[number]; totals: Totals }[];
  readonly lengths: readonly { isActive: boolean; strokes: number }[];
  readonly trigger: 'manual' | 'auto';
  readonly totals: Totals;
}

function activityOf(drawn: Drawn, stepMs: number): RecordedActivity | null {
  let timeMs = START_MS;
  const times = drawn.steps.map((steps) => (timeMs += (stepMs === 1 ? steps : 1 + (steps % 5)) * stepMs));
  const samples = seriesOf(
    times,
    drawn.columns.filter(([name]) => drawn.used.includes(name)),
  );
  if (samples === null) return null;
  const timesMs = [...samples.timesMs];
  const [startMs, endMs] = [timesMs[0], timesMs[timesMs.length - 1]];
  let beatMs = startMs;
  const beats = drawn.intervals.map((interval) => (beatMs += Math.round(interval / 10)));
  const part = (i: number, of: number) => timesMs[Math.floor((i * timesMs.length) / of)];
  const sports = drawn.sports.slice(0, timesMs.length);
  const laps = drawn.laps.slice(0, timesMs.length);
  const spans = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      startMs: part(i, count),
      endMs: i + 1 < count ? part(i + 1, count) : endMs,
    }));
  return {
    startMs,
    endMs,
    sessions: spans(sports.length).map((span, i) => ({
      ...span,
      sport: sports[i][0],
      subSport: sports[i][1],
      ...(sports[i][0] === 'swimming' ? { poolLengthM: 25 } : {}),
      totals: drawn.totals,
    })),
    laps: spans(laps.length).map((span, i) => ({ ...span, ...laps[i] })),
    lengths: drawn.lengths.map((length) => ({ startMs, endMs, ...length, stroke: 'freestyle' })),
    events: eventsOf(timesMs, drawn.trigger),
    devices: [{ manufacturer: 'garmin', product: 'Forerunner 9', serial: '123456', software: '4.2' }],
    samples,
    rr: seriesOf(beats, [['rr', drawn.intervals]]),
    ignored: {},
    damage: [],
  };
}
