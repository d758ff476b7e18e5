import { readFile } from 'node:fs/promises';
import type { StoredRow } from '../api/samples/memory-reader.ts';
import { readRecording, shiftToMs } from '../device-sim/recording.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../processors/activities/options.ts';
import { findActivities } from '../processors/activities/recompute.ts';
import type { ActivityRecord } from '../schemas/activity.ts';
import { CHANNELS, EVENTS_SOURCE } from '../schemas/channels.ts';
import { eventCode, sportCode } from '../schemas/events.ts';

const FILE = new URL('./fixtures/run-fenix2.fit', import.meta.url);

/** A recorded run that is going on: its rows, and what the platform computes from those until a moment. */
export async function readRunUntil(endMs: number, athlete: string) {
  const recording = shiftToMs(await readRecording(await readFile(FILE), 'run', endMs), endMs);
  const rows: StoredRow[] = [];
  for (const { source, timesMs, columns } of recording.series) {
    for (let row = 0; row < timesMs.length; row++) {
      const values = CHANNELS.map(({ name }) => columns[name]?.[row] ?? null).map((value) =>
        value === null || Number.isNaN(value) ? null : value,
      );
      const tsMs = timesMs[row];
      rows.push({
        ...{
          kind: 'samples',
          device: 'watch-1',
          source,
          tsMs,
          deviceTimeMs: tsMs,
          boot: '0000000000000001',
          seq: 1,
          values,
        },
      });
    }
  }
  rows.sort((a, b) => a.tsMs - b.tsMs);
  const settings = {
    profile: {
      maxHeartRateBpm: 190,
      restingHeartRateBpm: 50,
      heartRateZonesBpm: [110, 130, 145, 160, 175],
      weightKg: 70,
    },
    preferredSources: [],
  };
  const began = {
    kind: 'events' as const,
    device: 'watch-1',
    source: EVENTS_SOURCE,
    tsMs: recording.startMs,
    values: [eventCode('start'), sportCode('run')],
  };
  return {
    rows,
    startMs: recording.startMs,
    /** The activity as it was when only what came before `untilMs` was known. */
    at(untilMs: number): ActivityRecord {
      const known = rows.filter(({ tsMs }) => tsMs < untilMs);
      const [found] = findActivities(athlete, [began, ...known], settings, DEFAULT_ACTIVITY_OPTIONS, untilMs);
      return { ...found, status: 'live' };
    },
  };
}
