import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS } from '../schemas/channels.ts';
import { anyActivity, seriesOf } from './activity.arbitrary.ts';
import type { RecordedActivity, Totals } from './activity.ts';
import { type Format, MAX_FILE_BYTES, readActivityFile } from './read-activity-file.ts';
import type { Series } from './series.ts';
import { writeActivityFile } from './write-activity-file.ts';

const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const RUNS = { numRuns: 60 };

async function again(activity: RecordedActivity, format: Format): Promise<RecordedActivity> {
  const bytes = writeActivityFile(activity, format);
  assert.ok(bytes !== null);
  const outcome = await readActivityFile(bytes, limits);
  assert.ok(outcome.kind === 'read' && outcome.format === format, JSON.stringify(outcome));
  assert.equal(outcome.activities.length, 1);
  return outcome.activities[0];
}

/** What is left of samples when a format keeps these channels so. */
function kept(
  { timesMs, columns }: Series,
  keeps: Readonly<Record<string, (stored: number) => number | null>>,
  keepsRow: (row: number) => boolean = () => true,
): Series | null {
  return seriesOf(
    [...timesMs],
    CHANNELS.filter(({ name }) => name in keeps && name in columns).map(({ name }) => {
      const { values, missing } = columns[name];
      return [
        name,
        Array.from(values, (value, row) => (missing[row] === 1 || !keepsRow(row) ? null : keeps[name](value))),
      ] as const;
    }),
  );
}

const exactly = (value: number) => value;
const allChannels = Object.fromEntries(CHANNELS.map(({ name }) => [name, exactly]));
const toStep = (step: number) => (value: number) => Math.round(value / step) * step;

test('Parquet keeps everything', async () => {
  await fc.assert(
    fc.asyncProperty(anyActivity(1), async (activity) => {
      assert.deepEqual(await again(activity, 'parquet'), activity);
    }),
    RUNS,
  );
});

test('CSV keeps every sample and heart beat', async () => {
  await fc.assert(
    fc.asyncProperty(anyActivity(1), async (activity) => {
      const { samples, rr, damage } = await again(activity, 'csv');
      assert.deepEqual({ samples, rr }, { samples: activity.samples, rr: activity.rr });
      assert.deepEqual(damage, [{ reason: 'no_session', count: 1 }]);
    }),
    RUNS,
  );
});

/** FIT's own fields are coarser than ours for these. */
const FIT_KEEPS: Readonly<Record<string, (stored: number) => number | null>> = {
  ...allChannels,
  altitude: (stored) => Math.round((stored / 10 + 500) * 5) * 2 - 5_000,
  horizontal_accuracy: (stored) => (stored / 10 < 254.5 ? Math.round(stored / 10) * 10 : null),
  cadence: (stored) => (stored < 2_550 ? stored : null),
  ambient_temperature: (stored) => Math.round(stored / 100) * 100,
  battery: (stored) => Math.round(stored / 5) * 5,
};

test('FIT keeps the whole activity, as finely as its fields are', async () => {
  const withElapsed = <T extends { startMs: number; endMs: number; totals: Totals }>(one: T) => ({
    ...one,
    totals: { ...one.totals, elapsedMs: one.endMs - one.startMs },
  });
  await fc.assert(
    fc.asyncProperty(anyActivity(1_000), async (activity) => {
      const samples = kept(activity.samples, FIT_KEEPS);
      fc.pre(samples !== null && samples.timesMs.length === activity.samples.timesMs.length);
      const { rr, ...found } = await again(activity, 'fit');
      const { rr: beats, ...expected } = activity;
      assert.deepEqual(found, {
        ...expected,
        samples,
        sessions: activity.sessions.map(withElapsed),
        laps: activity.laps.map(withElapsed),
      });
      assert.deepEqual(
        rr?.columns.rr.values,
        beats?.columns.rr.values.map((value) => Math.round(value / 10) * 10),
      );
    }),
    RUNS,
  );
});

test('GPX keeps every sample with a position, its sport, and that there were pauses', async () => {
  await fc.assert(
    fc.asyncProperty(anyActivity(1), async (activity) => {
      const { latitude, longitude } = activity.samples.columns;
      const hasPlace = (row: number) => latitude?.missing[row] === 0 && longitude?.missing[row] === 0;
      const samples = kept(activity.samples, allChannels, hasPlace);
      if (samples === null) {
        assert.equal(writeActivityFile(activity, 'gpx'), null);
        return;
      }
      const found = await again(activity, 'gpx');
      assert.deepEqual(found.samples, samples);
      assert.deepEqual(found.damage, []);
      const sports = activity.sessions.map(({ sport }) => sport);
      assert.ok(found.sessions.every(({ sport }) => sports.includes(sport)));
      if (samples.timesMs.length === activity.samples.timesMs.length) {
        assert.deepEqual(
          found.sessions.map(({ sport }) => sport),
          sports,
        );
      }
    }),
    RUNS,
  );
});

test('TCX keeps laps and the channels that it knows', async () => {
  const whole = toStep(1);
  const names = ['altitude', 'distance', 'speed'] as const;
  const places = ['latitude', 'longitude'] as const;
  await fc.assert(
    fc.asyncProperty(anyActivity(1), async (activity) => {
      const { latitude, longitude } = activity.samples.columns;
      const hasPlace = (row: number) => latitude?.missing[row] === 0 && longitude?.missing[row] === 0;
      const placed = Object.fromEntries(places.map((name) => [name, exactly]));
      const keeps = {
        ...placed,
        ...Object.fromEntries(names.map((name) => [name, exactly])),
        heart_rate: whole,
        power: whole,
        cadence: toStep(10),
      };
      const { timesMs, columns } = activity.samples;
      const expected = seriesOf(
        [...timesMs],
        CHANNELS.filter(({ name }) => name in keeps && name in columns).map(({ name }) => [
          name,
          Array.from(columns[name].values, (value, row) =>
            columns[name].missing[row] === 1 || (name in placed && !hasPlace(row))
              ? null
              : keeps[name as keyof typeof keeps](value),
          ),
        ]),
      );
      fc.pre(expected !== null);
      const found = await again(activity, 'tcx');
      assert.deepEqual(found.samples, expected);
      assert.deepEqual(
        found.laps.map(({ startMs, totals: { distanceM = 0 } }) => [startMs, distanceM]),
        activity.laps.length === 0
          ? [[activity.startMs, 0]]
          : activity.laps.map(({ startMs, totals: { distanceM = 0 } }) => [startMs, distanceM]),
      );
    }),
    RUNS,
  );
});
