import type { RecordedActivity } from '../files/activity.ts';
import { FILE_REASONS } from '../files/reasons.ts';
import { timelineOf } from '../files/timeline.ts';
import { StartError } from '../runtime/service.ts';
import { EVENTS_SOURCE } from '../schemas/channels.ts';
import { eventCode, sportCode } from '../schemas/events.ts';
import type { Draft } from './activity.ts';

/** A recorded activity as the series of its sources, in the time in which it happened. */
export interface Recording {
  readonly records: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly series: readonly Draft[];
}

/** A file that is not a whole recording. The message names the file and says what is wrong with it. */
export class RecordingError extends StartError {
  override name = 'RecordingError';
}

/** Which channels each source measures. Cadence has a sensor of its own where there is no power meter. */
const SOURCES: Record<string, readonly string[]> = {
  gps: ['latitude', 'longitude', 'altitude', 'horizontal_accuracy', 'speed', 'distance'],
  hr: ['heart_rate'],
  power: ['power', 'cadence'],
  temp: ['ambient_temperature'],
  breath: ['respiration_rate'],
};

/**
 * Reads an activity file as the sensors would have sent it; what a record lacks is a lost sample. Throws RecordingError
 * unless the whole file is intact, because a demonstration of half a file would look like a loss of ours.
 */
export async function readRecording(bytes: Uint8Array, name: string, nowMs: number): Promise<Recording> {
  // Readers of five formats, which few runs need.
  const { MAX_FILE_BYTES, readActivityFile } = await import('../files/read-activity-file.ts');
  const outcome = await readActivityFile(bytes, { maxBytes: MAX_FILE_BYTES, nowMs });
  if (outcome.kind === 'refused') throw new RecordingError(`${name}: ${FILE_REASONS[outcome.reason].text}`);
  const [activity] = outcome.activities;
  const damage = activity.damage.find(({ reason }) => reason === 'truncated' || reason === 'bad_checksum');
  if (damage !== undefined) throw new RecordingError(`${name} is damaged: ${FILE_REASONS[damage.reason].text}`);
  const measured = Object.entries(SOURCES).flatMap(([source, channels]) => readSeries(source, channels, activity));
  const series = [readEvents(activity), ...measured];
  const times = series.flatMap(({ timesMs }) => [timesMs[0], timesMs[timesMs.length - 1]]);
  return {
    records: activity.samples.timesMs.length,
    startMs: Math.min(...times),
    endMs: Math.max(...times),
    series,
  };
}

/** Start with the sport, laps, pauses and stop, as a device tells them. */
function readEvents(activity: RecordedActivity): Draft {
  const events = timelineOf(activity);
  return {
    source: EVENTS_SOURCE,
    timesMs: events.map(({ timeMs }) => timeMs),
    columns: {
      event: events.map(({ type }) => eventCode(type)),
      sport: events.map(({ sport }) => (sport === null ? null : sportCode(sport))),
    },
  };
}

/** The same recording moved in time so that its last sample is at `endMs`. */
export function shiftToMs(recording: Recording, endMs: number): Recording {
  const byMs = endMs - recording.endMs;
  return {
    ...recording,
    startMs: recording.startMs + byMs,
    endMs,
    series: recording.series.map((one) => ({ ...one, timesMs: one.timesMs.map((timeMs) => timeMs + byMs) })),
  };
}

function readSeries(source: string, channels: readonly string[], { samples }: RecordedActivity): Draft[] {
  const own = channels.filter((name) => name in samples.columns);
  if (own.length === 0) return [];
  const rows = [...samples.timesMs.keys()].filter((row) =>
    own.some((name) => samples.columns[name].missing[row] === 0),
  );
  const columns = own.map((name) => {
    const { values, missing } = samples.columns[name];
    return [name, rows.map((row) => (missing[row] === 0 ? values[row] : null))] as const;
  });
  return [
    {
      source: source === 'power' && !own.includes('power') ? 'cadence' : source,
      timesMs: rows.map((row) => samples.timesMs[row]),
      columns: Object.fromEntries(columns),
    },
  ];
}
