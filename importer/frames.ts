import type { RecordedActivity } from '../files/activity.ts';
import type { Series } from '../files/series.ts';
import { type TimelineEvent, timelineOf } from '../files/timeline.ts';
import { EVENTS_SOURCE, RR_SOURCE } from '../schemas/channels.ts';
import { eventCode, sportCode } from '../schemas/events.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import type { ImportIdentity } from './identity.ts';

/** Rows in a frame: large enough to be cheap, far below what ingest takes. */
const MAX_ROWS = 500;
/** The sources of an activity take turns after so long, so that who reads them has little to keep. */
const WINDOW_MS = 300_000;

/**
 * The frames of one activity, in the order of time: an event comes after all samples before it, and before those of its
 * own time. A pure function of the activity and its identity: a second import sends the very same frames, and the
 * stores hold each row once.
 */
export function* framesOf(
  activity: RecordedActivity,
  { device, boot, source }: ImportIdentity,
): Generator<SensorFrame> {
  const tracks = tracksOf(activity, source);
  const [events] = tracks;
  let seq = 0;
  for (;;) {
    const firstMs = Math.min(...tracks.map(({ timesMs, next }) => timesMs[next] ?? Number.POSITIVE_INFINITY));
    if (firstMs === Number.POSITIVE_INFINITY) return;
    const { timesMs, next } = events;
    const nextEventMs = timesMs[timesMs[next] > firstMs ? next : next + 1] ?? Number.POSITIVE_INFINITY;
    const untilMs = Math.min(firstMs + WINDOW_MS, nextEventMs);
    for (const track of tracks) {
      const end = endOf(track, untilMs);
      while (track.next < end) {
        const until = Math.min(end, track.next + MAX_ROWS);
        yield { device, boot, seq: ++seq, source: track.source, ...track.rows(track.next, until) };
        track.next = until;
      }
    }
  }
}

/** Rows in the frames of an activity. */
export function rowsOf(activity: RecordedActivity): number {
  return tracksOf(activity, '').reduce((sum, { timesMs }) => sum + timesMs.length, 0);
}

type Rows = Pick<SensorFrame, 'timesMs' | 'columns'>;

interface Track {
  readonly source: string;
  readonly timesMs: Float64Array;
  /** The rows from one to before another. */
  readonly rows: (from: number, end: number) => Rows;
  next: number;
}

/** Events first. */
function tracksOf(activity: RecordedActivity, source: string): [Track, ...Track[]] {
  const { samples, rr } = activity;
  const beats = rr === null ? [] : [seriesTrack(`${source}:${RR_SOURCE}`, rr)];
  return [eventTrack(`${source}:${EVENTS_SOURCE}`, timelineOf(activity)), seriesTrack(source, samples), ...beats];
}

function eventTrack(source: string, events: readonly TimelineEvent[]): Track {
  const timesMs = Float64Array.from(events, ({ timeMs }) => timeMs);
  const rows = (from: number, end: number): Rows => {
    const own = events.slice(from, end);
    const sport = own.map((event) => (event.sport === null ? null : sportCode(event.sport)));
    return {
      timesMs: own.map(({ timeMs }) => timeMs),
      columns: { event: own.map(({ type }) => eventCode(type)), ...(sport.some((code) => code !== null) && { sport }) },
    };
  };
  return { source, timesMs, rows, next: 0 };
}

function seriesTrack(source: string, series: Series): Track {
  return { source, timesMs: series.timesMs, rows: (from, end) => cut(series, from, end), next: 0 };
}

/** The first row at or after `untilMs`. */
function endOf({ timesMs, next }: Track, untilMs: number): number {
  let end = next;
  while (end < timesMs.length && timesMs[end] < untilMs) end++;
  return end;
}

/** A column without a value among the rows is left out. */
function cut({ timesMs, columns }: Series, from: number, end: number): Rows {
  const own: [string, (number | null)[]][] = [];
  for (const [name, { values, missing }] of Object.entries(columns)) {
    const part = Array.from(values.subarray(from, end), (value, i) => (missing[from + i] === 0 ? value : null));
    if (part.some((value) => value !== null)) own.push([name, part]);
  }
  return { timesMs: Array.from(timesMs.subarray(from, end)), columns: Object.fromEntries(own) };
}
