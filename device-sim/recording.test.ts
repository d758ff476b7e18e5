import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHANNELS } from '../schemas/channels.ts';
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
  assert.deepEqual([run.records, run.startMs, run.endMs], [2809, Date.UTC(2015, 7, 15, 14, 45, 8), 1439652741000]);
  assert.deepEqual(shapeOf(run), {
    gps: [2809, 'latitude 2809', 'longitude 2809', 'altitude 2809', 'speed 2809', 'distance 2809'],
    hr: [2808, 'heart_rate 2808'],
    cadence: [2809, 'cadence 2809'],
    temp: [2809, 'ambient_temperature 2809'],
  });
});

test('a ride is read whole, with its power meter; a pedal that did not turn up is a lost sample', () => {
  assert.equal(ride.records, 4700);
  assert.deepEqual(shapeOf(ride), {
    gps: [4700, 'latitude 4700', 'longitude 4700', 'altitude 4700', 'speed 4700', 'distance 4700'],
    hr: [4671, 'heart_rate 4671'],
    power: [4700, 'power 4700', 'cadence 4634'],
    temp: [4700, 'ambient_temperature 4700'],
  });
});

test('values are integers of the channel table, inside their limits', () => {
  const first = run.series[0];
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
      const { min, max } = CHANNELS.find((channel) => channel.name === name)!;
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
