import fc from 'fast-check';
import { createRandom } from '../../../runtime/memory-random.ts';
import { CHANNELS } from '../../../schemas/channels.ts';
import type { AthleteProfile } from '../../../schemas/settings-at.ts';
import type { ActivityEvent, LiveMetrics } from './activity-metrics.ts';
import { type MetricsConfig, SPORTS } from './config.ts';
import { DISTANCE_ORIGIN, MISSING, ROW } from './grid.ts';
import type { NaiveActivity, NaiveSecond } from './naive-activity.ts';

/** Some seconds in which the athlete does one thing and the devices work in one way. */
interface Stretch {
  readonly seconds: number;
  readonly speedMps: number;
  /** Share of rows, and of values in them, that are lost. */
  readonly lost: number;
  readonly hasRows: boolean;
  readonly hasFixes: boolean;
  readonly counter: 'none' | 'own' | 'other' | 'again';
  readonly hasSpeed: boolean;
  readonly hasPower: boolean;
  readonly hasBeats: boolean;
  readonly fixErrorM: number;
  readonly accuracyM: number | null;
  readonly gradient: number;
  readonly event: ActivityEvent | null;
}

const often = (share: number) => fc.integer({ min: 1, max: 10 }).map((n) => n <= 10 * share);

const anyStretch: fc.Arbitrary<Stretch> = fc.record({
  seconds: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: 40, max: 150 })),
  speedMps: fc.constantFrom(0, 0, 0.7, 1.2, 3.5, 5, 12, 40),
  lost: fc.constantFrom(0, 0, 0.1, 0.6),
  hasRows: often(0.8),
  hasFixes: often(0.7),
  counter: fc.constantFrom('none', 'none', 'own', 'own', 'own', 'other', 'again'),
  hasSpeed: often(0.4),
  hasPower: often(0.5),
  hasBeats: often(0.5),
  fixErrorM: fc.constantFrom(0, 1, 5, 60),
  accuracyM: fc.constantFrom(null, 2, 5, 40),
  gradient: fc.constantFrom(-0.6, -0.1, 0, 0, 0.05, 0.3),
  event: fc.constantFrom(null, null, null, 'pause', 'resume', 'resume', 'lap'),
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });

const anyProfile: fc.Arbitrary<AthleteProfile> = fc.record({
  restingHeartRateBpm: maybe(fc.constantFrom(45, 60)),
  maxHeartRateBpm: maybe(fc.constantFrom(175, 190)),
  heartRateZonesBpm: maybe(fc.constantFrom([100, 120, 140, 160, 180], [150], [90, 91, 92, 93, 94, 95, 96, 97, 98])),
  ftpW: maybe(fc.constantFrom(180, 250)),
  criticalPowerW: maybe(fc.constantFrom(170, 240)),
  wPrimeJ: maybe(fc.constantFrom(8_000, 20_000)),
  thresholdSpeedMps: maybe(fc.constant(4.2)),
  weightKg: maybe(fc.constantFrom(55, 81.5)),
  sex: maybe(fc.constantFrom('female', 'male')),
  birthDate: maybe(fc.constantFrom('1984-02-29', '2001-11-05')),
  isWet: maybe(fc.boolean()),
});

const START_S = Date.UTC(2025, 5, 1, 10) / 1000;

export const anyActivity: fc.Arbitrary<NaiveActivity> = fc
  .record({
    sport: fc.constantFrom(...(Object.keys(SPORTS) as (keyof typeof SPORTS)[])),
    profile: anyProfile,
    altitudeSource: fc.constantFrom('barometer', 'gps'),
    start: fc.constantFrom([46.5, 13.8], [-33.9, 179.9999], [0, -179.9995]),
    seed: fc.nat(),
    stretches: fc.array(anyStretch, { minLength: 1, maxLength: 14 }),
  })
  .map(({ sport, profile, altitudeSource, start, seed, stretches }) => {
    const config: MetricsConfig = { sport, profile, altitudeSource, startS: START_S };
    return recorded(config, start, seed, stretches);
  });

/** Longer than the longest window and, mostly, than the longest effort: what no metric needs any more is given up. */
export const anyLongActivity: fc.Arbitrary<NaiveActivity> = fc
  .record({
    profile: anyProfile,
    seed: fc.nat(),
    stretches: fc.array(fc.tuple(anyStretch, fc.integer({ min: 400, max: 900 }), fc.constantFrom(4, 12, 20)), {
      minLength: 8,
      maxLength: 8,
    }),
  })
  .map(({ profile, seed, stretches }) => {
    const config: MetricsConfig = { sport: 'ride', profile, altitudeSource: 'gps', startS: START_S };
    const long = stretches.map(([stretch, seconds, speedMps], nth): Stretch => {
      const event = nth % 3 === 0 ? 'resume' : stretch.event;
      // The simple reading looks through all beats for each second.
      return { ...stretch, seconds, speedMps, event, counter: 'own', hasPower: nth % 4 !== 2, hasBeats: false };
    });
    return recorded(config, [46.5, 13.8], seed, long);
  });

/** What the devices of such an activity measured. */
function recorded(
  config: MetricsConfig,
  start: readonly number[],
  seed: number,
  stretches: readonly Stretch[],
): NaiveActivity {
  const random = createRandom(seed);
  const seconds: (NaiveSecond | undefined)[] = [];
  const beats: { atMs: number; interval: number }[] = [];
  const events: { event: ActivityEvent; second: number }[] = [];
  let [lat, lon] = start;
  let [heading, wayM, altitudeM, bpm, steps, counterM] = [random() * 6, 0, 300, 120, 0, 0];
  let beatMs = START_S * 1000;
  for (const stretch of stretches) {
    if (stretch.counter === 'again') counterM = 0;
    for (let n = 0; n < stretch.seconds; n++) {
      const isLost = () => random() < stretch.lost;
      const kept = (value: number) => (isLost() ? undefined : Math.round(value));
      heading += (random() - 0.5) * 0.2;
      const mps = stretch.speedMps * (0.9 + 0.2 * random());
      lat += (mps * Math.cos(heading)) / 111_200;
      lon += (mps * Math.sin(heading)) / (111_200 * Math.cos((lat * Math.PI) / 180));
      if (lon > 180) lon -= 360;
      if (lon < -180) lon += 360;
      [wayM, counterM, altitudeM] = [wayM + mps, counterM + mps, altitudeM + mps * stretch.gradient];
      bpm = Math.max(40, Math.min(210, bpm + (random() - 0.5) * 8));
      steps += Math.round(mps);
      const errorM = () => (random() - 0.5) * stretch.fixErrorM;
      const hasFix = stretch.hasFixes && !isLost();
      const row: NaiveSecond = {
        heart_rate: kept(bpm),
        latitude: hasFix ? Math.round((lat + errorM() / 111_200) * 1e7) : undefined,
        longitude: hasFix ? Math.round((lon + errorM() / 111_200) * 1e7) : undefined,
        horizontal_accuracy: hasFix && stretch.accuracyM !== null ? 10 * stretch.accuracyM : undefined,
        altitude: kept(10 * (altitudeM + (random() - 0.5) * 3) + (random() < 0.01 ? 400 : 0)),
        speed: stretch.hasSpeed ? kept(1000 * mps) : undefined,
        cadence: stretch.hasPower ? kept(mps > 1 ? 850 : 0) : undefined,
        power: stretch.hasPower ? kept(mps > 1 ? 400 * random() : 0) : undefined,
        ambient_temperature: kept(2_150 + 100 * random()),
        skin_temperature: random() < 0.1 ? 3_300 : undefined,
        respiration_rate: kept(300 + 50 * random()),
        spo2: random() < 0.1 ? 970 : undefined,
        steps: kept(stretch.counter === 'again' ? steps % 100 : steps),
        ...counterOf(stretch.counter, isLost(), wayM, counterM),
      };
      const isEmpty = !stretch.hasRows || isLost();
      seconds.push(isEmpty && seconds.length > 0 ? undefined : row);
      if (!stretch.hasBeats) continue;
      const interval = Math.round((600_000 / bpm) * (0.97 + 0.06 * random()) * (random() < 0.05 ? 1.6 : 1));
      beatMs = Math.max(beatMs + Math.round(interval / 10), (START_S + seconds.length - 1) * 1000);
      beats.push({ atMs: beatMs, interval });
    }
    if (stretch.event !== null) events.push({ event: stretch.event, second: seconds.length - 1 });
    if (random() < 0.1) events.push({ event: 'resume', second: seconds.length - 1 });
  }
  // The last second is the last with anything in it.
  const last = Math.max(
    seconds.findLastIndex((second) => second !== undefined),
    ...events.map(({ second }) => second),
  );
  const whole = beats.filter(({ atMs }) => atMs < (START_S + last + 1) * 1000);
  return { config, seconds: seconds.slice(0, last + 1), beats: whole, events };
}

function counterOf(counter: Stretch['counter'], isLost: boolean, wayM: number, counterM: number): NaiveSecond {
  if (counter === 'none' || isLost) return {};
  const cm = Math.round(100 * (counter === 'again' ? counterM : counter === 'other' ? wayM + 3 : wayM));
  return { distance: cm, origin: counter === 'other' ? 1 : 0 };
}

/** One row of the grid. */
export function rowOf(second: NaiveSecond): Int32Array {
  const row = new Int32Array(ROW).fill(MISSING);
  CHANNELS.forEach(({ name }, i) => {
    row[i] = second[name] ?? MISSING;
  });
  row[DISTANCE_ORIGIN] = second.origin ?? MISSING;
  return row;
}

/** Folds the seconds `from` ≤ s < `to` of an activity, with their beats and events, as a holder would. */
export function foldRange(metrics: LiveMetrics, activity: NaiveActivity, from: number, to: number): void {
  const { config, seconds, beats, events } = activity;
  for (let i = from; i < to; i++) {
    const atS = config.startS + i;
    const second = seconds[i];
    if (second !== undefined) metrics.fold(atS, rowOf(second), 0);
    for (const { atMs, interval } of beats) if (Math.floor(atMs / 1000) === atS) metrics.foldBeat(atMs, interval);
    for (const { event, second: at } of events) if (at === i) metrics.foldEvent(event, atS);
  }
}
