import type { RecordedActivity } from '../files/activity.ts';
import type { Series } from '../files/series.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import type { ImportIdentity } from './identity.ts';

/** Rows in a frame: large enough to be cheap, far below what ingest takes. */
const MAX_ROWS = 500;
/** The sources of an activity take turns after so long, so that who reads them has little to keep. */
const WINDOW_MS = 300_000;

/**
 * The frames of one activity, in the order of time. A pure function of the activity and its identity: a second import
 * sends the very same frames, and the stores hold each row once.
 */
export function* framesOf(
  activity: RecordedActivity,
  { device, boot, source }: ImportIdentity,
): Generator<SensorFrame> {
  const tracks = tracksOf(activity, source);
  let seq = 0;
  for (;;) {
    const firstMs = Math.min(...tracks.map((track) => track.series.timesMs[track.next] ?? Number.POSITIVE_INFINITY));
    if (firstMs === Number.POSITIVE_INFINITY) return;
    for (const track of tracks) {
      const end = endOf(track, firstMs + WINDOW_MS);
      while (track.next < end) {
        const until = Math.min(end, track.next + MAX_ROWS);
        yield { device, boot, seq: ++seq, source: track.source, ...rowsOf(track.series, track.next, until) };
        track.next = until;
      }
    }
  }
}

interface Track {
  readonly source: string;
  readonly series: Series;
  next: number;
}

function tracksOf({ samples }: RecordedActivity, source: string): Track[] {
  return [{ source, series: samples, next: 0 }];
}

/** The first row at or after `untilMs`. */
function endOf({ series, next }: Track, untilMs: number): number {
  let end = next;
  while (end < series.timesMs.length && series.timesMs[end] < untilMs) end++;
  return end;
}

/** A column without a value among the rows is left out. */
function rowsOf({ timesMs, columns }: Series, from: number, end: number): Pick<SensorFrame, 'timesMs' | 'columns'> {
  const cut: [string, (number | null)[]][] = [];
  for (const [name, { values, missing }] of Object.entries(columns)) {
    const own = Array.from(values.subarray(from, end), (value, i) => (missing[from + i] === 0 ? value : null));
    if (own.some((value) => value !== null)) cut.push([name, own]);
  }
  return { timesMs: Array.from(timesMs.subarray(from, end)), columns: Object.fromEntries(cut) };
}
