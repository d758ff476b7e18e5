import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedActivity } from '../activity.ts';
import { MAX_FILE_BYTES, readActivityFile } from '../read-activity-file.ts';
import { timelineOf } from '../timeline.ts';
import { createTestFit, fitSeconds } from './fit-for-tests.ts';

const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const START_MS = Date.UTC(2025, 5, 1, 8);
const START_S = fitSeconds(START_MS);
const SESSION = [
  [253, 'uint32'],
  [2, 'uint32'],
  [5, 'enum'],
  [6, 'enum'],
  [7, 'uint32'],
  [44, 'uint16'],
] as const;

async function read(bytes: Uint8Array): Promise<RecordedActivity> {
  const outcome = await readActivityFile(bytes, limits);
  assert.ok(outcome.kind === 'read', JSON.stringify(outcome));
  return outcome.activities[0];
}

const valuesOf = ({ samples }: RecordedActivity, channel: string) =>
  Array.from(samples.columns[channel]?.values ?? [], (value, row) =>
    samples.columns[channel].missing[row] === 1 ? null : value,
  );

test('a triathlon is one activity of several sessions, and says when each sport began', async () => {
  const fit = createTestFit();
  fit.define(0, 20, [
    [253, 'uint32'],
    [3, 'uint8'],
  ]);
  for (let i = 0; i < 60; i++) fit.data(0, START_S + i, 120);
  fit.define(1, 18, SESSION);
  const legs = [
    [5, 18],
    [3, 0],
    [2, 0],
    [3, 0],
    [1, 0],
  ];
  for (const [i, [sport, sub]] of legs.entries()) {
    fit.data(1, START_S + 59, START_S + i * 12, sport, sub, 12_000, 0xffff);
  }
  const activity = await read(fit.finish());
  assert.deepEqual(
    activity.sessions.map(({ startMs, sport, subSport }) => [(startMs - START_MS) / 1_000, sport, subSport]),
    [
      [0, 'swimming', 'open_water'],
      [12, 'transition', 'generic'],
      [24, 'cycling', 'generic'],
      [36, 'transition', 'generic'],
      [48, 'running', 'generic'],
    ],
  );
  assert.deepEqual(
    timelineOf(activity).map(({ timeMs, type, sport }) => [(timeMs - START_MS) / 1_000, type, sport]),
    [
      [0, 'start', 'open_water_swim'],
      [12, 'sport', 'transition'],
      [24, 'sport', 'ride'],
      [36, 'sport', 'transition'],
      [48, 'sport', 'run'],
      [59, 'stop', null],
    ],
  );
});

test('a swim in a pool has its lengths, strokes and rests', async () => {
  const fit = createTestFit();
  fit.define(0, 20, [
    [253, 'uint32'],
    [5, 'uint32'],
    [4, 'uint8'],
  ]);
  for (let i = 0; i < 90; i++) fit.data(0, START_S + i, i * 100, 28);
  fit.define(3, 132, [[6, 'uint8']]);
  fit.data(3, 130);
  fit.define(1, 101, [
    [2, 'uint32'],
    [3, 'uint32'],
    [5, 'uint16'],
    [7, 'enum'],
    [12, 'enum'],
  ]);
  fit.data(1, START_S, 30_500, 14, 0, 1);
  fit.data(1, START_S + 31, 20_000, 0xffff, 0xff, 0);
  fit.data(1, START_S + 51, 33_000, 16, 2, 1);
  fit.define(2, 18, SESSION);
  fit.data(2, START_S + 90, START_S, 5, 17, 90_000, 2_500);
  const activity = await read(fit.finish());
  assert.deepEqual(activity.lengths, [
    { startMs: START_MS, endMs: START_MS + 30_500, isActive: true, stroke: 'freestyle', strokes: 14 },
    { startMs: START_MS + 31_000, endMs: START_MS + 51_000, isActive: false },
    { startMs: START_MS + 51_000, endMs: START_MS + 84_000, isActive: true, stroke: 'breaststroke', strokes: 16 },
  ]);
  const [{ sport, subSport, poolLengthM }] = activity.sessions;
  assert.deepEqual([sport, subSport, poolLengthM], ['swimming', 'lap_swimming', 25]);
  assert.equal(timelineOf(activity)[0].sport, 'pool_swim');
  assert.deepEqual(activity.ignored, { 'heart rates of a strap that have no time': 1 });
});

test("developers' fields that mean a channel are one, the profile's own come first, the others are named", async () => {
  const fit = createTestFit();
  const description = [
    [0, 'uint8'],
    [1, 'uint8'],
    [2, 'uint8'],
    [3, 'string', 20],
    [8, 'string', 10],
    [14, 'uint16'],
    [15, 'uint8'],
  ] as const;
  fit.define(0, 206, description);
  fit.data(0, 0, 0, 0x84, 'Power', 'Watts', 0xffff, 0xff);
  fit.data(0, 0, 1, 0x84, 'Form Power', 'Watts', 0xffff, 0xff);
  fit.data(0, 0, 2, 2, 'Pulse', 'bpm', 20, 3);
  fit.data(0, 0, 3, 2, 'Respiration Rate', 'brpm', 0xffff, 0xff);
  const own = [
    [0, 'uint16'],
    [1, 'uint16'],
    [2, 'uint8'],
    [3, 'uint8'],
    [9, 'uint8'],
  ] as const;
  fit.define(
    1,
    20,
    [
      [253, 'uint32'],
      [3, 'uint8'],
    ],
    own,
  );
  fit.data(1, START_S, 150, 250, 61, 99, 30, 7);
  fit.data(1, START_S + 1, 0xff, 251, 0xffff, 98, 31, 0xff);
  const activity = await read(fit.finish());
  assert.deepEqual(valuesOf(activity, 'power'), [250, 251]);
  assert.deepEqual(valuesOf(activity, 'heart_rate'), [150, 98], 'the strap first, then the app');
  assert.deepEqual(valuesOf(activity, 'respiration_rate'), [300, 310]);
  assert.deepEqual(activity.ignored, { 'Form Power': 1, 'developer field 0.9': 1 });
});

test('times in headers, big-endian numbers, compressed distances and messages nobody knows are read', async () => {
  const fit = createTestFit({ bigEndian: true });
  fit.define(0, 20, [
    [253, 'uint32'],
    [3, 'uint8'],
  ]);
  fit.data(0, START_S, 100);
  fit.define(1, 20, [[3, 'uint8']]);
  for (let i = 1; i <= 70; i++) fit.compressed(1, START_S + i, 100 + i);
  fit.define(2, 0xff00, [
    [253, 'uint32'],
    [7, 'string', 12],
  ]);
  fit.data(2, START_S, 'nobody knows');
  fit.define(3, 20, [
    [253, 'uint32'],
    [8, 'byte', 3],
  ]);
  // 5.00 m/s; the distance goes from 4,090 sixteenths of a metre past 4,096 to 10.
  const packed = (sixteenths: number) => [500 & 0xff, (500 >> 8) | ((sixteenths & 15) << 4), sixteenths >> 4];
  fit.data(3, START_S + 80, packed(4_090));
  fit.data(3, START_S + 81, packed(10));
  const activity = await read(fit.finish());
  assert.deepEqual(
    [...activity.samples.timesMs].map((timeMs) => (timeMs - START_MS) / 1_000),
    [...Array(71).keys(), 80, 81],
  );
  assert.deepEqual(valuesOf(activity, 'heart_rate').slice(0, 3), [100, 101, 102]);
  assert.deepEqual(valuesOf(activity, 'speed').slice(-2), [5_000, 5_000]);
  assert.deepEqual(valuesOf(activity, 'distance').slice(-2), [25_563, 25_663]);
});

test('heart beats run on from the record that they follow; after a gap they begin anew', async () => {
  const fit = createTestFit();
  fit.define(0, 20, [
    [253, 'uint32'],
    [3, 'uint8'],
  ]);
  fit.define(1, 78, [[0, 'uint16', 3]]);
  fit.data(0, START_S, 60);
  fit.data(1, [800, 900, 0xffff]);
  fit.data(0, START_S + 2, 60);
  fit.data(1, [1_000, 100, 0xffff]);
  fit.data(0, START_S + 60, 60);
  fit.data(1, [700, 0xffff, 0xffff]);
  const { rr, damage } = await read(fit.finish());
  assert.deepEqual(
    [...rr!.timesMs].map((timeMs) => timeMs - START_MS),
    [0, 900, 1_900, 60_000],
  );
  assert.deepEqual([...rr!.columns.rr.values], [8_000, 9_000, 10_000, 7_000]);
  assert.deepEqual(damage, [
    { reason: 'impossible_value', count: 1 },
    { reason: 'no_session', count: 1 },
  ]);
});

test('pauses are told from the stop at the end, and the device from its sensors', async () => {
  const fit = createTestFit();
  fit.define(0, 21, [
    [253, 'uint32'],
    [0, 'enum'],
    [1, 'enum'],
    [3, 'uint32'],
  ]);
  fit.define(1, 20, [
    [253, 'uint32'],
    [3, 'uint8'],
  ]);
  fit.define(2, 23, [
    [2, 'uint16'],
    [4, 'uint16'],
    [27, 'string', 10],
    [5, 'uint16'],
  ]);
  fit.data(0, START_S, 0, 0, 0);
  for (let i = 0; i < 40; i++) fit.data(1, START_S + i, 100);
  fit.data(0, START_S + 10, 0, 4, 1);
  fit.data(0, START_S + 20, 0, 0, 1);
  fit.data(0, START_S + 39, 0, 9, 0);
  fit.data(2, 1, 4_315, 'Watch', 1_234);
  const activity = await read(fit.finish());
  assert.deepEqual(
    activity.events.map(({ timeMs, type, trigger }) => [(timeMs - START_MS) / 1_000, type, trigger]),
    [
      [0, 'start', 'manual'],
      [10, 'pause', 'auto'],
      [20, 'resume', 'auto'],
      [39, 'stop', 'manual'],
    ],
  );
  assert.deepEqual(activity.devices, [{ manufacturer: 'garmin', product: 'Watch', software: '12.34' }]);
});

test('a file of settings is refused, and so is one without a sample', async () => {
  const settings = createTestFit();
  settings.define(0, 0, [[0, 'enum']]);
  settings.data(0, 2);
  const outcome = await readActivityFile(settings.finish(), limits);
  assert.deepEqual(outcome, { kind: 'refused', reason: 'not_an_activity', detail: '' });
  const empty = createTestFit();
  empty.define(0, 0, [[0, 'enum']]);
  empty.data(0, 4);
  assert.deepEqual(await readActivityFile(empty.finish(), limits), {
    kind: 'refused',
    reason: 'no_samples',
    detail: '',
  });
});
