import fc from 'fast-check';
import { eventCode, sportCode } from '../../schemas/events.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import type { ActivityOptions } from './options.ts';

export const ATHLETE = 'ada';
export const START_MS = 1_700_000_000_000;

/** Everything is over in seconds, so that a short stream meets every bound. */
export const SHORT: Partial<ActivityOptions> = {
  silenceS: 20,
  tailS: 5,
  minActivityS: 3,
  graceS: 1,
  latenessS: 10,
  sourceIdleMs: 8_000,
  backlogMs: 40_000,
};

export interface Arrival {
  readonly frame: SensorFrame;
  readonly arrivesMs: number;
}

const SOURCES = [
  { device: 'watch', source: 'gps' },
  { device: 'watch', source: 'hr' },
  { device: 'strap', source: 'hr' },
  { device: 'bike', source: 'power' },
  { device: 'strap', source: 'rr' },
] as const;

const anyStretch = fc.record({
  gapS: fc.oneof({ weight: 3, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.integer({ min: 15, max: 60 }) }),
  lengthS: fc.integer({ min: 1, max: 30 }),
  frameS: fc.integer({ min: 1, max: 8 }),
  sources: fc.uniqueArray(fc.nat(SOURCES.length - 1), { minLength: 1, maxLength: 4 }),
  isStill: fc.boolean(),
  seed: fc.nat(1_000_000),
});

const anyEvent = fc.record({
  // Some fall into one second, in which something begins, ends and begins again.
  atMs: fc.oneof(fc.nat(240_000), fc.integer({ min: 20_000, max: 21_500 })),
  device: fc.constantFrom('watch', 'bike'),
  event: fc.constantFrom('start', 'stop', 'lap', 'pause', 'resume', 'sport' as const),
});

const anyDelay = fc.oneof(
  { weight: 8, arbitrary: fc.nat(2_000) },
  { weight: 2, arbitrary: fc.nat(15_000) },
  { weight: 1, arbitrary: fc.nat(120_000) },
);

/** One athlete's frames in the order in which they arrive: some late, some twice, some very late. */
export const anyArrivals: fc.Arbitrary<Arrival[]> = fc
  .record({
    stretches: fc.array(anyStretch, { minLength: 1, maxLength: 6 }),
    events: fc.uniqueArray(anyEvent, { maxLength: 5, selector: ({ atMs, device }) => `${device} ${atMs}` }),
    delays: fc.array(anyDelay, { minLength: 1, maxLength: 30 }),
    repeats: fc.array(fc.nat(60), { maxLength: 4 }),
  })
  .map(({ stretches, events, delays, repeats }) => {
    const frames = [
      ...stretches.reduce(framesOf, { atS: 0, frames: [] as SensorFrame[] }).frames,
      ...eventFrames(events),
    ];
    const numbered = frames.map((frame, i) => ({ ...frame, seq: i + 1 }));
    const arrivals = numbered.map((frame, i) => ({
      frame,
      arrivesMs: frame.timesMs[frame.timesMs.length - 1] + delays[i % delays.length],
    }));
    const again = repeats
      .filter((at) => at < arrivals.length)
      .map((at, i) => ({
        ...arrivals[at],
        arrivesMs: arrivals[at].arrivesMs + 1_000 * (i + 1),
      }));
    return [...arrivals, ...again].sort((a, b) => a.arrivesMs - b.arrivesMs);
  });

type Stretch = typeof anyStretch extends fc.Arbitrary<infer T> ? T : never;

function framesOf(before: { atS: number; frames: SensorFrame[] }, stretch: Stretch): typeof before {
  const startS = before.atS + stretch.gapS;
  const frames = [...before.frames];
  for (const place of stretch.sources) {
    const { device, source } = SOURCES[place];
    for (let fromS = 0; fromS < stretch.lengthS; fromS += stretch.frameS) {
      const seconds = Array.from({ length: Math.min(stretch.frameS, stretch.lengthS - fromS) }, (_, i) => fromS + i);
      const kept = seconds.filter((second) => (second * 7 + stretch.seed + place) % 5 !== 0);
      if (kept.length === 0) continue;
      const timesMs = kept.map((second) => START_MS + 1_000 * (startS + second) + ((stretch.seed + place * 37) % 900));
      frames.push({
        device,
        boot: '00000000000000b1',
        seq: 1,
        source,
        timesMs,
        columns: valuesOf(source, stretch, kept),
      });
    }
  }
  return { atS: startS + stretch.lengthS, frames };
}

function valuesOf(source: string, { isStill, seed }: Stretch, seconds: readonly number[]): SensorFrame['columns'] {
  const value = (least: number, spread: number) => seconds.map((second) => least + ((seed + second * 31) % spread));
  if (source === 'hr') return { heart_rate: value(100, 60) };
  if (source === 'rr') return { rr: value(4_000, 2_000) };
  if (source === 'power') return { power: isStill ? seconds.map(() => 0) : value(150, 100), cadence: value(800, 100) };
  const latitude = seconds.map((second) => 450_000_000 + second * 300);
  return { latitude, longitude: value(140_000_000, 50), speed: isStill ? seconds.map(() => 0) : value(2_500, 1_000) };
}

function eventFrames(events: readonly { atMs: number; device: string; event: 'start' | string }[]): SensorFrame[] {
  return events.map(({ atMs, device, event }) => ({
    device,
    boot: '00000000000000b2',
    seq: 1,
    source: 'events',
    timesMs: [START_MS + atMs],
    columns: {
      event: [eventCode(event as 'start')],
      sport: [event === 'start' ? sportCode('run') : event === 'sport' ? sportCode('ride') : null],
    },
  }));
}
