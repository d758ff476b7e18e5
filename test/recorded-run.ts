import { readFile } from 'node:fs/promises';
import type { StoredRow } from '../api/samples/memory-reader.ts';
import { readRecording, shiftToMs } from '../device-sim/recording.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../processors/activities/options.ts';
import { findActivities } from '../processors/activities/recompute.ts';
import type { ActivityRecord } from '../schemas/activity.ts';
import { channelsOf, kindOf } from '../schemas/channels.ts';

const FILE = new URL('./fixtures/run-fenix2.fit', import.meta.url);

/** A recorded run that is going on: its rows, and what the platform computes from those until a moment. */
export async function readRunUntil(endMs: number, athlete: string) {
  const recording = shiftToMs(await readRecording(await readFile(FILE), 'run', endMs), endMs);
  const rows = recording.series.flatMap(({ source, timesMs, columns }) =>
    timesMs.map((tsMs, row): StoredRow => {
      const kind = kindOf(source);
      const values = channelsOf(kind).map(({ name }) => columns[name]?.[row] ?? null);
      const boot = '0000000000000001';
      return { kind, device: 'watch-1', source, tsMs, deviceTimeMs: tsMs, boot, seq: 1, values };
    }),
  );
  rows.sort((a, b) => a.tsMs - b.tsMs);
  const settings = {
    version: 1,
    sex: 'male' as const,
    birthDate: '1985-03-01',
    body: [{ from: '2000-01-01', weightKg: 70, restingHeartRateBpm: 50 }],
    heart: [{ from: '2000-01-01', maxHeartRateBpm: 190, heartRateZonesBpm: [110, 130, 145, 160, 175] }],
  };
  return {
    rows,
    startMs: recording.startMs,
    /** The activity as it was when only what came before `untilMs` was known. */
    at(untilMs: number): ActivityRecord {
      const known = rows.filter(({ tsMs }) => tsMs < untilMs);
      const [found] = findActivities(athlete, known, settings, DEFAULT_ACTIVITY_OPTIONS, untilMs);
      return { ...found, status: 'live' };
    },
  };
}
