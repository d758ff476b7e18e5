import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ALL_CHANNELS } from '../schemas/channels.ts';
import { eventOfCode, sportOfCode } from '../schemas/events.ts';
import { cutIntoDrafts } from './activity.ts';
import { RecordingError, readRecording, shiftToMs } from './recording.ts';

const fixture = (name: string) => readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url));
const NOW_MS = Date.UTC(2026, 0, 1);
const run = await readRecording(fixture('run-fenix2.fit'), 'run', NOW_MS);
const ride = await readRecording(fixture('ride-edge810-power.fit'), 'ride', NOW_MS);

const shapeOf = (recording: typeof run) =>
  Object.fromEntries(
    recording.series.map(({ source, timesMs, columns }) => [
      source,
      [timesMs.length, ...Object.entries(columns).map(([n, v]) => `${n} ${v.filter((x) => x !== null).length}`)],
    ]),
  );

test('a run is read whole: every record in each of its sources', () => {
  assert.deepEqual([run.records, run.startMs, run.endMs], [2809, Date.UTC(2015, 7, 15, 14, 45, 8), 1439652742000]);
  assert.deepEqual(shapeOf(run), {
    events: [5, 'event 5', 'sport 1'],
    gps: [2809, 'latitude 2809', 'longitude 2809', 'altitude 2809', 'speed 2809', 'distance 2809'],
    hr: [2808, 'heart_rate 2808'],
    cadence: [2809, 'cadence 2809'],
    temp: [2809, 'ambient_temperature 2809'],
  });
});

test('a ride is read whole, with its power meter; a pedal that did not turn up is a lost sample', () => {
  assert.equal(ride.records, 4700);
  assert.deepEqual(shapeOf(ride), {
    events: [9, 'event 9', 'sport 1'],
    gps: [4700, 'latitude 4700', 'longitude 4700', 'altitude 4700', 'speed 4700', 'distance 4700'],
    hr: [4671, 'heart_rate 4671'],
    power: [4700, 'power 4700', 'cadence 4634'],
    temp: [4700, 'ambient_temperature 4700'],
  });
});

test('a device tells when it starts and with which sport, each lap, and when it stops', () => {
  const [{ timesMs, columns }] = run.series;
  const told = timesMs.map((timeMs, i) => [
    (timeMs - run.startMs) / 1_000,
    eventOfCode(columns.event[i] ?? 0),
    sportOfCode(columns.sport[i] ?? 0),
  ]);
  assert.deepEqual(told, [
    [1, 'start', 'run'],
    [272, 'lap', null],
    [1_109, 'lap', null],
    [1_868, 'lap', null],
    [2_834, 'stop', null],
  ]);
  const frames = [...cutIntoDrafts(run.series, 10)].filter(({ source }) => source === 'events');
  assert.deepEqual(
    frames.map((frame) => frame.timesMs),
    timesMs.map((timeMs) => [timeMs]),
    'each in a frame of its own',
  );
});

test('values are integers of the channel table, inside their limits', () => {
  const [, first] = run.series;
  const valuesOf = Object.fromEntries(Object.entries(first.columns).map(([name, values]) => [name, values[0]]));
  assert.deepEqual(valuesOf, {
    latitude: Math.round((703410450 * 180e7) / 2 ** 31),
    longitude: Math.round((68347712 * 180e7) / 2 ** 31),
    altitude: 550,
    speed: 5890,
    distance: 0,
  });
  for (const { columns } of [...run.series, ...ride.series]) {
    for (const [name, values] of Object.entries(columns)) {
      const { min, max } = ALL_CHANNELS.find((channel) => channel.name === name)!;
      assert.ok(values.every((value) => value === null || (Number.isInteger(value) && value >= min && value <= max)));
    }
  }
});

test('a shifted recording ends where asked and is otherwise the same; cut into drafts, nothing is lost', () => {
  const endMs = Date.UTC(2026, 0, 1);
  const shifted = shiftToMs(run, endMs);
  assert.deepEqual([shifted.endMs, shifted.startMs], [endMs, endMs - (run.endMs - run.startMs)]);
  const joined = new Map<string, number[]>();
  let lastMs = 0;
  for (const { source, timesMs } of cutIntoDrafts(shifted.series, 10)) {
    assert.ok(timesMs.length <= 10 && timesMs[timesMs.length - 1] >= lastMs);
    lastMs = timesMs[timesMs.length - 1];
    joined.set(source, [...(joined.get(source) ?? []), ...timesMs]);
  }
  assert.deepEqual(Object.fromEntries(joined), Object.fromEntries(shifted.series.map((s) => [s.source, s.timesMs])));
});

test('a damaged file is refused with its name and what is wrong, and gives nothing', async () => {
  const refused = (name: string, words: RegExp) =>
    assert.rejects(
      readRecording(fixture(name), name, NOW_MS),
      (error) => error instanceof RecordingError && words.test(error.message),
    );
  await refused('truncated.fit', /^truncated\.fit is damaged: The file ends early/);
  await refused('corrupt-crc.fit', /^corrupt-crc\.fit is damaged: The checksum is wrong/);
  await refused('README.md', /^README\.md: The bytes are no FIT/);
});
