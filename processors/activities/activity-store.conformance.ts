import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { NO_SETTINGS } from '../../schemas/athlete-settings.ts';
import { logMessage } from '../batches-for-tests.ts';
import type { ActivityStore } from './activity-store.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { findActivities } from './recompute.ts';

export interface ActivityStoreUnderTest {
  readonly store: ActivityStore;
  /** Puts the rows of these batches into the raw tables. */
  storeRaw(messages: readonly ReturnType<typeof logMessage>[]): Promise<void>;
  /** What a reader sees of each activity. */
  shown(): Promise<ShownActivity[]>;
}

export interface ShownActivity {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly distanceM: number | null;
  readonly settingsVersion: number;
  readonly efforts: readonly string[];
}

const START_MS = 1_700_000_000_000;
const frameOf = (device: string, source: string, timesMs: number[], columns: Record<string, (number | null)[]>) => ({
  device,
  boot: 'f0000000000000aa',
  seq: 1,
  source,
  timesMs,
  columns,
});

const seconds = Array.from({ length: 300 }, (_, i) => START_MS + 1_000 * i);
const run = logMessage({
  athlete: 'ada',
  batch: 1,
  frames: [
    frameOf('watch', 'gps', seconds, {
      speed: seconds.map(() => 4_000),
      distance: seconds.map((_, i) => 400 * i),
      heart_rate: seconds.map((_, i) => (i % 50 === 0 ? null : 150)),
    }),
  ],
});
const beats = logMessage({
  athlete: 'ada',
  batch: 2,
  frames: [frameOf('strap', 'rr', [START_MS + 500], { rr: [8_000] })],
});
const events = logMessage({
  athlete: 'ada',
  batch: 3,
  frames: [frameOf('watch', 'events', [START_MS, START_MS + 299_000], { event: [1, 2], sport: [1, null] })],
});
const others = logMessage({
  athlete: 'bob',
  batch: 4,
  frames: [frameOf('watch', 'hr', [START_MS], { heart_rate: [90] })],
});
const of = { athlete: 'ada', devices: ['watch', 'strap', 'unknown'] };
const all = { fromMs: START_MS - 1_000, untilMs: START_MS + 400_000 };

const settings = { ...NO_SETTINGS, version: 7 };
const found = (rows: Awaited<ReturnType<ActivityStore['rows']>>, revision: number): ActivityRecord =>
  findActivities('ada', rows, settings, DEFAULT_ACTIVITY_OPTIONS, revision)[0];

/** What `activity-store.ts` promises, for the real store and its twin. */
export function testActivityStore(name: string, open: () => Promise<ActivityStoreUnderTest>): void {
  test(`${name}: an activity is found in the athlete's own stored rows of every kind, each once`, async () => {
    const { store, storeRaw } = await open();
    await storeRaw([run, run, beats, events, others]);
    const rows = await store.rows(of, all);
    assert.deepEqual(
      ['samples', 'rr', 'events'].map((kind) => rows.filter((row) => row.kind === kind).length),
      [300, 1, 2],
    );
    assert.ok(rows.every((row, i) => i === 0 || row.tsMs >= rows[i - 1].tsMs));
    assert.deepEqual(rows.find(({ kind }) => kind === 'rr')?.values, [8_000]);
    assert.deepEqual((await store.devices('ada', all)).sort(), ['strap', 'watch']);
    assert.deepEqual(await store.devices('ada', { fromMs: 0, untilMs: START_MS }), []);
    const { sport, origin, startMs, endMs, devices, settingsVersion, metrics } = found(rows, 7);
    assert.deepEqual(
      { sport, origin, startMs, endMs, devices, distanceM: metrics?.distance_m.value, settingsVersion },
      {
        sport: 'run',
        origin: 'device',
        startMs: START_MS,
        endMs: START_MS + 300_000,
        devices: ['strap', 'watch'],
        distanceM: 1_196,
        settingsVersion: 7,
      },
    );
    assert.equal((await store.rows(of, { ...all, untilMs: START_MS + 10_000 })).length, 12);
  });

  test(`${name}: the greatest revision shows, of equal ones the greater epoch's, with its efforts`, async () => {
    const { store, storeRaw, shown } = await open();
    await storeRaw([run, beats, events]);
    const rows = await store.rows(of, all);
    const short = found(
      rows.filter(({ tsMs }) => tsMs < START_MS + 150_000),
      10,
    );
    const whole = found(rows, 12);
    await store.write([short], 1);
    const [first] = await shown();
    assert.ok(first.efforts.includes('400 m') && !first.efforts.includes('1 km'));
    await store.write([whole], 2);
    await store.write([whole], 2);
    await store.write([{ ...short, revision: 12 }], 1);
    await store.write([short], 3);
    const [shownNow, ...more] = await shown();
    assert.deepEqual(more, []);
    assert.deepEqual(
      { ...shownNow, efforts: shownNow.efforts.includes('1 km') },
      {
        id: whole.id,
        revision: 12,
        status: 'finished',
        startMs: START_MS,
        endMs: START_MS + 300_000,
        distanceM: 1_196,
        settingsVersion: 7,
        efforts: true,
      },
    );
  });

  test(`${name}: what overlaps is found, the ends not being part of it, and what was withdrawn is not`, async () => {
    const { store, storeRaw, shown } = await open();
    await storeRaw([run, events]);
    const record = found(await store.rows(of, all), 4);
    await store.write([record], 1);
    const mine = { id: record.id, fromMs: record.startMs, untilMs: record.endMs };
    assert.deepEqual(await store.overlapping('ada', { fromMs: record.endMs - 1, untilMs: record.endMs }), [mine]);
    assert.deepEqual(await store.overlapping('ada', { fromMs: record.endMs, untilMs: record.endMs + 9_000 }), []);
    assert.deepEqual(await store.overlapping('bob', all), []);
    await store.write([{ ...record, revision: 5, status: 'withdrawn', metrics: null }], 1);
    assert.deepEqual(await store.overlapping('ada', all), []);
    assert.deepEqual((await shown())[0].status, 'withdrawn');
  });
}
