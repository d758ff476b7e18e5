import type { ActivityEvent, RecordedActivity, Session } from '../activity.ts';
import { DamageCounts } from '../reasons.ts';
import { joinSeries, type Series } from '../series.ts';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** One track of a GPX file. */
export interface Track {
  readonly samples: Series;
  readonly segments: readonly Span[];
  readonly session: Session;
  readonly damage: DamageCounts;
  readonly ignored: ReadonlyMap<string, number>;
}

/** Programs begin a new track after a break; a longer one means another activity. */
const MAX_BREAK_MS = 6 * 3_600_000;

/** Tracks that follow one another within hours are one activity; any other is an activity of its own. */
export function joinTracks(tracks: readonly Track[]): RecordedActivity[] {
  const sorted = [...tracks].sort((a, b) => a.session.startMs - b.session.startMs);
  const groups: Track[][] = [];
  for (const track of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && follows(group[group.length - 1].session, track.session)) group.push(track);
    else groups.push([track]);
  }
  return groups.map(activityOf);
}

function follows(before: Session, next: Session): boolean {
  const breakMs = next.startMs - before.endMs;
  return breakMs > 0 && breakMs <= MAX_BREAK_MS;
}

function activityOf(tracks: readonly Track[]): RecordedActivity {
  const samples = joinSeries(tracks.map((track) => track.samples));
  const damage = new DamageCounts();
  const ignored: Record<string, number> = {};
  for (const track of tracks) {
    for (const { reason, count } of track.damage.list()) damage.add(reason, count);
    for (const [name, count] of track.ignored) ignored[name] = (ignored[name] ?? 0) + count;
  }
  const [startMs, endMs] = [samples.timesMs[0], samples.timesMs[samples.timesMs.length - 1]];
  return {
    startMs,
    endMs,
    sessions: sessionsOf(tracks),
    laps: [],
    lengths: [],
    events: pausesBetween(tracks.flatMap((track) => track.segments)),
    devices: [],
    samples,
    rr: null,
    ignored,
    damage: damage.list(),
  };
}

/** Tracks of one sport are one session. */
function sessionsOf(tracks: readonly Track[]): Session[] {
  const sessions: Session[] = [];
  for (const { session } of tracks) {
    const before = sessions.at(-1);
    if (before?.sport === session.sport && before.subSport === session.subSport) {
      sessions[sessions.length - 1] = { ...before, endMs: session.endMs };
    } else sessions.push(session);
  }
  return sessions;
}

/** A device begins a new segment when it records again, so what lies between two is a pause. */
export function pausesBetween(spans: readonly Span[]): ActivityEvent[] {
  const events: ActivityEvent[] = [];
  const sorted = [...spans].sort((a, b) => a.startMs - b.startMs);
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of sorted) {
    if (endMs === Number.NEGATIVE_INFINITY) events.push({ timeMs: span.startMs, type: 'start', trigger: 'manual' });
    else if (span.startMs > endMs) {
      events.push({ timeMs: endMs, type: 'pause', trigger: 'manual' });
      events.push({ timeMs: span.startMs, type: 'resume', trigger: 'manual' });
    }
    endMs = Math.max(endMs, span.endMs);
  }
  if (sorted.length > 0) events.push({ timeMs: endMs, type: 'stop', trigger: 'manual' });
  return events;
}
