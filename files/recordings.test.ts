import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Decoder, Stream } from '@garmin/fitsdk';
import { CHANNELS } from '../schemas/channels.ts';
import type { RecordedActivity } from './activity.ts';
import { MAX_FILE_BYTES, readActivityFile } from './read-activity-file.ts';

const FIXTURES = new URL('../test/fixtures/', import.meta.url);
const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const bytesOf = (name: string) => readFileSync(new URL(name, FIXTURES));
const read = (name: string) => readActivityFile(bytesOf(name), limits);

async function activityOf(name: string): Promise<RecordedActivity> {
  const outcome = await read(name);
  assert.ok(outcome.kind === 'read', JSON.stringify(outcome));
  assert.equal(outcome.activities.length, 1);
  return outcome.activities[0];
}

/** Channel → how many values. */
const countsOf = ({ samples }: RecordedActivity) =>
  Object.fromEntries(
    Object.entries(samples.columns).map(([name, { missing }]) => [
      name,
      missing.reduce((sum, one) => sum + 1 - one, 0),
    ]),
  );

const shapeOf = (activity: RecordedActivity) => ({
  rows: activity.samples.timesMs.length,
  minutes: Math.round((activity.endMs - activity.startMs) / 60_000),
  sports: activity.sessions.map(({ sport }) => sport),
  laps: activity.laps.length,
  events: activity.events.map(({ type }) => type).join(' '),
  damage: activity.damage,
  counts: countsOf(activity),
});

const gpsOnly = (rows: number) => ({ latitude: rows, longitude: rows, altitude: rows });
const position = (rows: number) => ({ ...gpsOnly(rows), speed: rows, distance: rows });

test('each recording becomes the activity that it is', async () => {
  const found: Record<string, unknown> = {};
  for (const name of readdirSync(FIXTURES).filter((one) => !one.endsWith('.md'))) {
    found[name] = shapeOf(await activityOf(name));
  }
  const damaged = { rows: 14, minutes: 0, sports: ['running'], laps: 1, events: 'start stop', counts: position(14) };
  const hikeEvents = 'start pause resume stop';
  assert.deepEqual(found, {
    'corrupt-crc.fit': { ...damaged, damage: [{ reason: 'bad_checksum', count: 1 }] },
    'truncated.fit': { ...damaged, damage: [{ reason: 'truncated', count: 1 }] },
    'run-fenix2.fit': {
      rows: 2809,
      minutes: 47,
      sports: ['running'],
      laps: 4,
      events: 'start stop',
      damage: [],
      counts: { ...position(2809), heart_rate: 2808, cadence: 2809, ambient_temperature: 2809 },
    },
    'ride-edge810-power.fit': {
      rows: 4700,
      minutes: 78,
      sports: ['cycling'],
      laps: 8,
      events: 'start stop',
      damage: [],
      counts: { ...position(4700), heart_rate: 4671, cadence: 4634, power: 4700, ambient_temperature: 4700 },
    },
    'ride-indoor.fit': {
      rows: 2263,
      minutes: 38,
      sports: ['cycling'],
      laps: 5,
      events: 'start stop',
      damage: [],
      counts: { heart_rate: 2263, altitude: 2263, cadence: 2222, power: 2222, ambient_temperature: 2260 },
    },
    'hike-korita-zbevnica.gpx': {
      rows: 513,
      minutes: 223,
      sports: ['generic'],
      laps: 0,
      events: hikeEvents,
      damage: [],
      counts: gpsOnly(513),
    },
    'ride-cerknicko-jezero.gpx': {
      rows: 296,
      minutes: 120,
      sports: ['generic'],
      laps: 0,
      events: `start${' pause resume'.repeat(6)} stop`,
      damage: [],
      counts: gpsOnly(296),
    },
  });
});

test('the values are those that the FIT SDK reads', async () => {
  const semicircles = 180 / 2 ** 31;
  for (const name of ['run-fenix2.fit', 'ride-edge810-power.fit', 'ride-indoor.fit']) {
    const { samples, laps, sessions } = await activityOf(name);
    const { messages } = new Decoder(Stream.fromByteArray(bytesOf(name))).read();
    const records = messages.recordMesgs ?? [];
    const measured: Record<string, (record: (typeof records)[number]) => number | undefined> = {
      latitude: (record) => record.positionLat && record.positionLat * semicircles,
      longitude: (record) => record.positionLong && record.positionLong * semicircles,
      altitude: (record) => record.enhancedAltitude ?? record.altitude,
      heart_rate: (record) => record.heartRate,
      cadence: (record) => record.cadence,
      power: (record) => record.power,
      speed: (record) => record.enhancedSpeed ?? record.speed,
      distance: (record) => record.distance,
      ambient_temperature: (record) => record.temperature,
    };
    assert.deepEqual(
      [...samples.timesMs],
      records.map((record) => (record.timestamp as Date).getTime()),
    );
    for (const [channel, of] of Object.entries(measured)) {
      const { scale } = CHANNELS.find((one) => one.name === channel)!;
      const column = samples.columns[channel];
      records.forEach((record, row) => {
        const value = of(record);
        const ours = column === undefined || column.missing[row] === 1 ? undefined : column.values[row];
        assert.equal(ours, value === undefined ? undefined : Math.round(value * scale), `${name} ${channel} ${row}`);
      });
    }
    assert.deepEqual(
      laps.map(({ startMs, totals }) => [startMs, totals.timerMs, totals.distanceM]),
      (messages.lapMesgs ?? []).map((lap) => [
        (lap.startTime as Date).getTime(),
        Math.round((lap.totalTimerTime ?? 0) * 1_000),
        lap.totalDistance,
      ]),
    );
    assert.equal(sessions[0].totals.ascentM, messages.sessionMesgs?.[0].totalAscent);
  }
});

test('a packed file is the file; one that unpacks to more than allowed is refused', async () => {
  const packed = gzipSync(bytesOf('run-fenix2.fit'));
  assert.deepEqual(await readActivityFile(packed, limits), await read('run-fenix2.fit'));
  const bomb = gzipSync(new Uint8Array(50_000_000));
  assert.ok(bomb.length < 100_000);
  const refused = await readActivityFile(bomb, { ...limits, maxBytes: 1_000_000 });
  assert.deepEqual(refused, { kind: 'refused', reason: 'file_too_large', detail: 'more than 1000000 bytes' });
  const half = await readActivityFile(packed.subarray(0, 1_000), limits);
  assert.deepEqual(half.kind === 'refused' && half.reason, 'bad_gzip');
});

test('what is no activity is refused with its reason', async () => {
  const reasonOf = async (text: string | Uint8Array) => {
    const outcome = await readActivityFile(Buffer.from(text), limits);
    return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
  };
  assert.equal(await reasonOf(''), 'unknown_format');
  assert.equal(await reasonOf('Ran well.'), 'unknown_format');
  assert.equal(await reasonOf('<html></html>'), 'unknown_format');
  assert.equal(await reasonOf(bytesOf('README.md')), 'unknown_format');
});
