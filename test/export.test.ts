import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { createTestApi } from '../api/api-for-tests.ts';
import type { StoredRow } from '../api/samples/memory-reader.ts';
import type { RecordedActivity } from '../files/activity.ts';
import { type Format, readActivityFile } from '../files/read-activity-file.ts';
import type { Series } from '../files/series.ts';
import { framesOf } from '../importer/frames.ts';
import { identityOf } from '../importer/identity.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../processors/activities/options.ts';
import { findActivities } from '../processors/activities/recompute.ts';
import type { AthleteSettings } from '../schemas/athlete-settings.ts';
import { channelsOf, kindOf } from '../schemas/channels.ts';

const LIMITS = { maxBytes: 100_000_000, nowMs: Date.UTC(2026, 5, 1) };
const SETTINGS: AthleteSettings = {
  version: 1,
  body: [{ from: '2000-01-01', restingHeartRateBpm: 50 }],
  heart: [{ from: '2000-01-01', maxHeartRateBpm: 190 }],
  thresholds: [{ from: '2000-01-01', sports: ['ride'], ftpW: 250 }],
};

async function read(bytes: Uint8Array): Promise<{ activity: RecordedActivity; hash: string }> {
  const outcome = await readActivityFile(bytes, LIMITS);
  assert.ok(outcome.kind === 'read', JSON.stringify(outcome));
  return { activity: outcome.activities[0], hash: outcome.hash };
}

/** What the stores hold of an imported activity, and what the platform computes from it. */
function imported({ activity, hash }: { activity: RecordedActivity; hash: string }) {
  const rows: StoredRow[] = [];
  for (const { source, device, boot, seq, timesMs, columns } of framesOf(activity, identityOf('ann', hash, 0))) {
    const kind = kindOf(source);
    timesMs.forEach((tsMs, row) => {
      const values = channelsOf(kind).map(({ name }) => columns[name]?.[row] ?? null);
      rows.push({ kind, device, source, boot, seq, tsMs, deviceTimeMs: tsMs, values });
    });
  }
  rows.sort((a, b) => a.tsMs - b.tsMs);
  const found = findActivities('ann', rows, SETTINGS, DEFAULT_ACTIVITY_OPTIONS, 1);
  return { rows, found };
}

async function setUp(t: TestContext, name: string) {
  const file = await read(await readFile(new URL(`fixtures/${name}`, import.meta.url)));
  const { rows, found } = imported(file);
  assert.equal(found.length, 1);
  const { api, cold, activities, hold } = await createTestApi(t);
  cold.insert(rows);
  activities.insert(found.map((record) => ({ ...record, versions: {} })));
  hold('ann', () => ({ activity: null }));
  return {
    file,
    record: found[0],
    async exported(format: Format) {
      const url = `/v1/activities/${found[0].id}/export?format=${format}`;
      const answer = await api.inject({ url, headers: { authorization: 'Bearer watch-1' } });
      assert.equal(answer.statusCode, 200, answer.payload.slice(0, 300));
      return read(answer.rawPayload);
    },
  };
}

/** What of a file's samples lies in the activity: a watch may measure before it is started. */
function within({ timesMs, columns }: Series, { startMs, endMs }: { startMs: number; endMs: number }): Series {
  const isIn = (_: unknown, row: number) => timesMs[row] >= startMs && timesMs[row] < endMs;
  const cut = Object.entries(columns).map(([channel, { values, missing }]) => [
    channel,
    { values: values.filter(isIn), missing: missing.filter(isIn) },
  ]);
  return { timesMs: timesMs.filter(isIn), columns: Object.fromEntries(cut) };
}

const numbersOf = (file: Awaited<ReturnType<typeof read>>) => {
  const { found } = imported(file);
  return found.map(({ sport, origin, startMs, endMs, metrics }) => ({ sport, origin, startMs, endMs, metrics }));
};

for (const name of ['run-fenix2.fit', 'ride-edge810-power.fit', 'ride-indoor.fit']) {
  test(`${name}, exported as Parquet or FIT and imported again, is the same activity`, async (t) => {
    const { file, record, exported } = await setUp(t, name);
    const expected = within(file.activity.samples, record);
    for (const format of ['parquet', 'fit'] as const) {
      const again = await exported(format);
      const { samples, rr, sessions } = again.activity;
      assert.deepEqual(samples, expected, format);
      assert.deepEqual(numbersOf(again), numbersOf(file), format);
      assert.deepEqual([rr, sessions[0].sport], [file.activity.rr, file.activity.sessions[0].sport], format);
    }
  });
}

test('as CSV it has every sample; as GPX and TCX every position, with the same distance', async (t) => {
  const { file, exported, record } = await setUp(t, 'run-fenix2.fit');
  const expected = within(file.activity.samples, record);
  const csv = await exported('csv');
  assert.deepEqual(csv.activity.samples, expected);
  for (const format of ['gpx', 'tcx'] as const) {
    const again = await exported(format);
    const { timesMs, columns } = again.activity.samples;
    const { latitude, longitude, distance, heart_rate } = expected.columns;
    assert.deepEqual(timesMs, expected.timesMs);
    const kept = { latitude, longitude, distance, heart_rate };
    for (const [channel, column] of Object.entries(kept)) assert.deepEqual(columns[channel], column, channel);
    const [{ sport, metrics }] = imported(again).found;
    assert.deepEqual([sport, metrics?.distance_m.value], ['run', record.metrics?.distance_m.value], format);
  }
});

test('an activity indoors is no GPX: the answer says why', async (t) => {
  const { exported } = await setUp(t, 'ride-indoor.fit');
  await assert.rejects(exported('gpx'), /nothing_to_export.*gpx needs positions/);
});
